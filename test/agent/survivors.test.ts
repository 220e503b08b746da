import { crashingFs } from './crashing-fs';
import { hostTree } from './host-tree';
import { ArchiveServer, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';
import { Endangered } from '../../agent/node';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const FOR_EVER: Endangered = { passes: false, message: 'a restart would end all Pods: set KillMode=process' };
const WHILE_PODS_RUN: Endangered = { passes: true, message: 'a restart would end the shims of 1 Pod (team/web): delete it' };

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

function installation(): Installation {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', MAIN);
  return node;
}

const etcOf = (node: Installation) => hostTree(`${node.root}/etc`);

describe('a restart that would end running Pods', () => {
  test('is refused before anything is written', async () => {
    const node = installation();
    const before = etcOf(node);
    const { verdict } = await node.run(bundleOf(server), { endangered: () => FOR_EVER });
    expect(verdict?.handlers).toEqual([{ handler: 'runsc', verdict: 'failed', step: 'validate', reason: expect.stringContaining(FOR_EVER.message) }]);
    expect(etcOf(node)).toEqual(before);
    expect(node.daemons.containerdRestarts).toBe(0);
  });

  test('waits for the end of Pods as often as it takes, and no attempt is used up', async () => {
    const node = installation();
    const before = etcOf(node);
    for (let i = 0; i < 7; i++) {
      expect(await node.run(bundleOf(server), { endangered: () => WHILE_PODS_RUN })).toEqual({ code: 1, verdict: undefined });
    }
    expect(node.lastWords).toBe(WHILE_PODS_RUN.message);
    expect(etcOf(node)).toEqual(before);
    expect((await node.run(bundleOf(server))).verdict?.handlers).toEqual([{ handler: 'runsc', verdict: 'ready' }]);
  });

  test('because a Pod has come since it was looked for takes back what was written, without a restart', async () => {
    const node = installation();
    const before = etcOf(node);
    let asked = 0;
    expect((await node.run(bundleOf(server), { endangered: () => (asked++ ? WHILE_PODS_RUN : undefined) })).code).toBe(1);
    expect(asked).toBe(2);
    expect(etcOf(node)).toEqual(before);
    expect(node.daemons.containerdRestarts).toBe(0);
  });

  test('is not made to repair what is not read either', async () => {
    const node = installation();
    await node.run(bundleOf(server));
    node.daemons.served = [];
    expect((await node.run(bundleOf(server), { endangered: () => WHILE_PODS_RUN })).code).toBe(1);
    expect(node.daemons.containerdRestarts).toBe(1);
    expect((await node.run(bundleOf(server))).verdict?.handlers).toEqual([{ handler: 'runsc', verdict: 'ready' }]);
    expect(node.daemons.containerdRestarts).toBe(2);
  });

  test('is not made to take back what a dead run left, until the Pods have ended', async () => {
    const node = installation();
    const before = etcOf(node);
    const crashing = crashingFs();
    await node.run(bundleOf(server), { host: new Host(node.root, crashing.fs), fail: (what) => { if (what === 'prove runsc') crashing.die(); } });
    const restarts = node.daemons.containerdRestarts;
    expect(await node.run(bundleOf(server, { desiredState: 'ABSENT' }), { endangered: () => WHILE_PODS_RUN })).toEqual({ code: 1, verdict: undefined });
    expect(node.daemons.containerdRestarts).toBe(restarts);
    expect((await node.run(bundleOf(server, { desiredState: 'ABSENT' }))).code).toBe(0);
    expect(etcOf(node)).toEqual(before);
  });

  test.each(['FAIL', 'FORCE'] as const)('fails after the deadline for taking everything back (%s), and nothing is touched', async (then) => {
    const node = installation();
    await node.run(bundleOf(server));
    const before = etcOf(node);
    const bundle = bundleOf(server, { desiredState: 'ABSENT', deadline: { seconds: 0, then } });
    expect((await node.run(bundle, { endangered: () => WHILE_PODS_RUN })).verdict?.handlers)
      .toEqual([{ handler: 'runsc', verdict: 'failed', step: 'validate', reason: expect.stringContaining(WHILE_PODS_RUN.message) }]);
    expect(etcOf(node)).toEqual(before);
    expect(node.daemons.containerdRestarts).toBe(1);
  });
});
