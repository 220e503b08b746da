import * as fc from 'fast-check';
import { crashingFs } from './crashing-fs';
import { hostTree } from './host-tree';
import { ArchiveServer, Attempt, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';

const scratch = scratchFolders();
const server = new ArchiveServer();

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

const MAIN_3 = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const MAIN_2 = 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "pause:3.10"\n';
const KUBELET = { kind: 'config-dir', path: '/etc/kubernetes/kubelet.conf.d/90.conf', content: '# Written by us\nkind: KubeletConfiguration\n' } as const;
const CRICTL = '# Written by us\nruntime-endpoint: unix:///run/containerd/containerd.sock\n';

/** A story ends with the run that may die; the runs before it are undisturbed. */
interface Story {
  readonly main: string | undefined;
  readonly version: string;
  before(node: Installation): Promise<unknown>;
  last(): { [name: string]: string };
  readonly fail?: (what: string) => void;
}

const whole = () => bundleOf(server, { runtimes: [{}, { handler: 'runsc-debug', options: 'debug' }], kubelet: KUBELET, crictl: CRICTL });
const STORIES: { readonly [name: string]: Story } = {
  'a first installation on containerd 2.2': { main: MAIN_3, version: '2.2.9', before: async () => undefined, last: whole },
  'a first installation on containerd 1.7': { main: MAIN_2, version: '1.7.35', before: async () => undefined, last: () => bundleOf(server) },
  'a first installation without a main file': { main: undefined, version: '2.3.7', before: async () => undefined, last: () => bundleOf(server) },
  'an upgrade with running Pods': {
    main: MAIN_3,
    version: '2.2.9',
    async before(node) {
      await node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] }));
      node.runPod('pod', '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1');
    },
    last: () => bundleOf(server),
  },
  'an upgrade without running Pods': {
    main: MAIN_2,
    version: '1.7.35',
    before: (node) => node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] }), { version: '1.7.35' }),
    last: () => bundleOf(server),
  },
  'taking back': {
    main: MAIN_3,
    version: '2.2.9',
    before: (node) => node.run(whole()),
    last: () => bundleOf(server, { desiredState: 'ABSENT' }),
  },
  'a handler that cannot be proven': {
    main: MAIN_3,
    version: '2.2.9',
    before: (node) => node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] })),
    last: () => bundleOf(server),
    fail(what) {
      if (what === 'prove runsc') throw new Error('the sandbox did not start');
    },
  },
};

async function begin({ main, version, before }: Story): Promise<Installation> {
  const node = new Installation(scratch());
  if (main) node.put('/etc/containerd/config.toml', main);
  node.put('/etc/crictl.yaml', '');
  await before(node);
  expect(version).toBeTruthy();
  return node;
}

async function lastRun(node: Installation, { version, last, fail }: Story, dieAt?: number): Promise<{ calls: number; died: boolean; attempt: Attempt }> {
  const crashing = crashingFs(dieAt);
  const attempt = await node.run(last(), { version, fail, host: new Host(node.root, crashing.fs) });
  return { calls: crashing.calls(), died: crashing.dead(), attempt };
}

/** What has to be the same whether or not a run died in between. How often it was tried may differ. */
function outcome(node: Installation) {
  const { '/var/lib/sandbox-runtimes/attempts.json': _, ...tree } = hostTree(node.root);
  return { tree, served: node.daemons.served };
}

/** The files that daemons read. crictl's is not among them: it is a mount and can only be written in place. */
const configFiles = (node: Installation) => Object.entries(hostTree(node.root)).filter(([path]) => /^\/etc\/.*\.(toml|conf)$/.test(path));

describe.each(Object.entries(STORIES))('%s', (_, story) => {
  test('ends the same when the run before died at any of its calls', async () => {
    const undisturbed = await begin(story);
    const old = new Map(configFiles(undisturbed));
    const { calls, attempt } = await lastRun(undisturbed, story);
    const successful = await begin(story);
    await lastRun(successful, { ...story, fail: undefined });
    const fresh = new Map(configFiles(successful));
    const expected = outcome(undisturbed);
    expect(attempt.code).toBe(story.fail ? 1 : 0);
    expect(calls).toBeGreaterThan(20);

    for (let dieAt = 1; dieAt <= calls; dieAt++) {
      const node = await begin(story);
      const { died } = await lastRun(node, story, dieAt);
      expect({ dieAt, died }).toEqual({ dieAt, died: true });
      for (const [path, content] of configFiles(node)) {
        expect({ dieAt, path, allowed: [old.get(path), fresh.get(path)] }).toEqual({ dieAt, path, allowed: expect.arrayContaining([content]) });
      }
      const again = await lastRun(node, story);
      expect({ dieAt, code: again.attempt.code }).toEqual({ dieAt, code: attempt.code });
      expect({ dieAt, ...outcome(node) }).toEqual({ dieAt, ...expected });
    }
  }, 300_000);

  test('ends the same when the run that recovers dies as well', async () => {
    const undisturbed = await begin(story);
    const { calls } = await lastRun(undisturbed, story);
    const expected = outcome(undisturbed);
    const call = fc.integer({ min: 1, max: calls + 20 });
    await fc.assert(fc.asyncProperty(fc.tuple(call, call), async (deaths) => {
      const node = await begin(story);
      for (const dieAt of deaths) await lastRun(node, story, dieAt);
      await lastRun(node, story);
      expect(outcome(node)).toEqual(expected);
    }), { numRuns: 20 });
  }, 300_000);
});
