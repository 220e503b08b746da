import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crashingFs } from './crashing-fs';
import { hostTree } from './host-tree';
import { ArchiveServer, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const JOURNAL = '/var/lib/sandbox-runtimes/journal.json';

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

/** A node whose last run died while it proved the handler, and its configuration from before. */
async function died(at = 'prove runsc') {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', MAIN);
  const etc = hostTree(`${node.root}/etc`);
  const crashing = crashingFs();
  await node.run(bundleOf(server), { host: new Host(node.root, crashing.fs), fail: (what) => { if (what === at) crashing.die(); } });
  expect(hostTree(`${node.root}/etc`)).not.toEqual(etc);
  return { node, etc, journal: () => existsSync(join(node.root, JOURNAL)) };
}

test.each(['restart', 'prove default'])('a journal that could not be carried out (%s) stays, and the next run carries it out', async (broken) => {
  const { node, etc, journal } = await died();
  const fail = (what: string) => { if (what === broken) throw new Error('containerd does not come up'); };
  expect((await node.run(bundleOf(server), { fail })).code).toBe(1);
  expect(journal()).toBe(true);
  expect(node.lastWords).toMatch(/failed at recover: what the last run left, which died at prove, could not be taken back \(restart|prove\): containerd does not come up/);
  expect(node.lastWords).not.toContain('as before');
  node.daemons.served = ['runsc'];
  expect((await node.run(bundleOf(server, { desiredState: 'ABSENT' }))).code).toBe(0);
  expect({ etc: hostTree(`${node.root}/etc`), served: node.daemons.served, journal: journal() }).toEqual({ etc, served: [], journal: false });
});

test.each([['restart', 'restart'], ['prove', 'prove runsc']])('the journal says that a run died at %s', async (step, at) => {
  const { node } = await died(at);
  expect(JSON.parse(node.read(JOURNAL)).step).toBe(step);
});

test('unfinished files are removed also where the new plan has its files elsewhere', async () => {
  const { node } = await died();
  node.put('/etc/containerd/conf.d/.sandbox-runtimes.toml.sandbox-runtimes.tmp', 'half');
  const bundle = bundleOf(server);
  const plan = JSON.parse(bundle['plan.json']);
  plan.platform = { ...plan.platform, dropInFile: '/etc/containerd/other.d/sandbox-runtimes.toml' };
  expect((await node.run({ ...bundle, 'plan.json': JSON.stringify(plan) })).code).toBe(0);
  expect(Object.keys(hostTree(`${node.root}/etc`)).filter((path) => path.includes('tmp'))).toEqual([]);
});

describe('what cannot be read of our own state', () => {
  const damaged = async (file: string, text = '{ "half') => {
    const node = new Installation(scratch());
    node.put('/etc/containerd/config.toml', MAIN);
    await node.run(bundleOf(server));
    writeFileSync(join(node.root, file), text);
    return { node, before: hostTree(`${node.root}/etc`) };
  };

  test.each([
    ['journal', JOURNAL, /journal\.json is not what the installer wrote \(.*JSON.*\): see that the configuration of the container runtime on this node is as it should be, and remove the file/],
    ['record', '/var/lib/sandbox-runtimes/record.json', /record\.json is not what the installer wrote \(.*JSON.*\): remove the file, and the next run writes it anew/],
  ])('of the %s is a verdict that says so and what to do, and nothing is touched', async (_, file, reason) => {
    const { node, before } = await damaged(file);
    expect(await node.run(bundleOf(server))).toMatchObject({ code: 0, verdict: { handlers: [{ verdict: 'failed', step: 'recover', reason: expect.stringMatching(reason) }] } });
    expect(hostTree(`${node.root}/etc`)).toEqual(before);
    expect(readFileSync(join(node.root, file), 'utf8')).toBe('{ "half');
  });

  test.each(['attempts', 'waiting'])('of the %s counts as none', async (file) => {
    const { node } = await damaged(`/var/lib/sandbox-runtimes/${file}.json`);
    node.daemons.pods = [{ handler: 'runsc', namespace: 'team', name: 'web' }];
    expect((await node.run(bundleOf(server, { desiredState: 'ABSENT', deadline: { seconds: 60, then: 'FAIL' } }))).code).toBe(1);
    expect(node.lastWords).toMatch(/^nothing is taken back/);
  });

  test('because a newer installer wrote the record is refused', async () => {
    const { node } = await damaged('/var/lib/sandbox-runtimes/record.json', '{ "format": 2 }');
    const { verdict } = await node.run(bundleOf(server));
    expect(verdict?.handlers[0].reason).toMatch(/record\.json has format 2, this agent reads format 1: go back to the newer version of the library/);
  });
});
