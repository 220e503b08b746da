import { hostTree, untouched } from '../host-tree';
import { ArchiveServer, bundleOf, Installation } from '../installation';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const WEB = { handler: 'runsc-old', namespace: 'team', name: 'web' };
const DB = { ...WEB, name: 'db' };

let lines: string[];

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  lines = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
});

const both = () => bundleOf(server, { runtimes: [{}, { handler: 'runsc-old', release: '20260928.0' }] });
const without = () => bundleOf(server);
const absent = () => bundleOf(server, { runtimes: [{}, { handler: 'runsc-old', release: '20260928.0' }], desiredState: 'ABSENT' });
const oldFiles = (node: Installation) => Object.keys(hostTree(node.root)).filter((path) => path.includes('20260928.0'));

async function installed(version = '2.2.9'): Promise<Installation> {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', version.startsWith('1.') ? 'version = 2\n' : MAIN);
  expect((await node.run(both(), { version })).code).toBe(0);
  lines.length = 0;
  return node;
}

describe('a handler that is no longer planned', () => {
  test.each(['1.7.35', '2.2.9'])('keeps table, release and configuration on containerd %s while Pods run on it, and goes with the run after', async (version) => {
    const node = await installed(version);
    const [etc, old] = [untouched(`${node.root}/etc`), oldFiles(node)];
    node.daemons.pods = [WEB, DB];
    const { code, verdict } = await node.run(without(), { version });
    expect({ code, handlers: verdict?.handlers }).toEqual({ code: 0, handlers: [{ handler: 'runsc', verdict: 'ready' }] });
    expect(untouched(`${node.root}/etc`)).toEqual(etc);
    expect(oldFiles(node)).toEqual(old);
    expect(node.daemons).toMatchObject({ served: ['runsc', 'runsc-old'], containerdRestarts: 1 });

    node.daemons.pods = [];
    expect((await node.run(without(), { version })).code).toBe(0);
    expect({ served: node.daemons.served, old: oldFiles(node) }).toEqual({ served: ['runsc'], old: [] });
  });

  test('is named in the log and in the last words, with how many Pods there are and when it goes', async () => {
    const node = await installed();
    node.daemons.pods = [WEB, DB];
    await node.run(without());
    expect(lines).toContain('keep: handler runsc-old: is no longer planned and stays while Pods run on it, now 2 Pods (team/web, team/db): '
      + 'the next run after they have ended removes it');
    expect(node.lastWords).toBe('runsc ready; runsc-old stays while Pods run on it');
  });

  test('stays beside a new one', async () => {
    const node = await installed();
    node.daemons.pods = [WEB];
    await node.run(bundleOf(server, { runtimes: [{}, { handler: 'runsc-new' }] }));
    expect(node.daemons.served).toEqual(['runsc', 'runsc-new', 'runsc-old']);
  });

  test('stays also where no other one is left, which is not told as taken back', async () => {
    const node = await installed();
    node.daemons.pods = [WEB];
    await node.run(bundleOf(server, { runtimes: [] }));
    expect({ served: node.daemons.served, said: node.lastWords }).toEqual({ served: ['runsc-old'], said: 'runsc-old stays while Pods run on it' });
  });

  test('goes although Pods run on other handlers', async () => {
    const node = await installed();
    node.daemons.pods = [{ ...WEB, handler: 'runsc' }, { ...WEB, handler: '' }];
    await node.run(without());
    expect(node.daemons.served).toEqual(['runsc']);
  });

  test('comes back where a Pod started on it while it was being removed, and the next run keeps it', async () => {
    const node = await installed();
    const etc = hostTree(`${node.root}/etc`);
    const fail = (what: string) => { if (what === 'restart') node.daemons.pods = [WEB]; };
    expect(await node.run(without(), { fail })).toEqual({ code: 1, verdict: undefined });
    expect(hostTree(`${node.root}/etc`)).toEqual(etc);
    expect(node.daemons.served).toEqual(['runsc', 'runsc-old']);
    expect(node.lastWords).toMatch(/^1 Pod \(team\/web\) of handler runsc-old started while it was being removed.*are as before, containerd has read them again/);
    expect((await node.run(without(), { fail })).code).toBe(0);
    expect(node.daemons.served).toEqual(['runsc', 'runsc-old']);
  });
});

describe('taking everything back', () => {
  test('waits for the last Pod of our handlers without touching anything, and then is complete', async () => {
    const node = new Installation(scratch());
    node.put('/etc/containerd/config.toml', MAIN);
    const before = hostTree(node.root);
    await node.run(both());
    const state = untouched(node.root);
    node.daemons.pods = [WEB, { ...WEB, handler: 'runsc' }, { ...WEB, handler: '' }];
    // More often than attempts may fail.
    for (let run = 0; run < 7; run++) expect(await node.run(absent())).toEqual({ code: 1, verdict: undefined });
    expect(untouched(node.root)).toEqual(state);
    expect(node.daemons).toMatchObject({ served: ['runsc', 'runsc-old'], containerdRestarts: 1 });

    node.daemons.pods = [{ ...WEB, handler: '' }];
    expect(await node.run(absent())).toMatchObject({ code: 0, verdict: { handlers: [] } });
    expect(hostTree(node.root)).toEqual(before);
    expect(node.daemons.served).toEqual([]);
  });

  test('says which Pods it waits for, five of each handler by name, and what to do', async () => {
    const node = await installed();
    node.daemons.pods = [{ ...WEB, handler: 'runsc' }, ...Array.from({ length: 7 }, (_, i) => ({ ...WEB, name: `web-${i}` }))];
    await node.run(absent());
    expect(node.lastWords).toBe('nothing is taken back while containers of running Pods could not be restarted without it: '
      + 'handler runsc has 1 Pod (team/web), handler runsc-old has 7 Pods (team/web-0, team/web-1, team/web-2, team/web-3, team/web-4, ...); '
      + 'delete them or drain the node, and the next attempt takes everything back');
  });

  test('comes to nothing where a Pod started in between, and does not count as an attempt', async () => {
    const node = await installed();
    const etc = hostTree(`${node.root}/etc`);
    for (let run = 0; run < 7; run++) {
      node.daemons.pods = [];
      expect(await node.run(absent(), { fail: (what) => { if (what === 'restart') node.daemons.pods = [WEB]; } })).toEqual({ code: 1, verdict: undefined });
      expect(hostTree(`${node.root}/etc`)).toEqual(etc);
    }
    expect(node.daemons.served).toEqual(['runsc', 'runsc-old']);
  });

  test('does not wait for Pods of handlers that were never ours', async () => {
    const node = new Installation(scratch());
    node.put('/etc/containerd/config.toml', `${MAIN}[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.theirs]\n  runtime_type = "io.containerd.runsc.v1"\n`);
    await node.run(bundleOf(server, { runtimes: [{}, { handler: 'theirs' }] }));
    node.daemons.pods = [{ ...WEB, handler: 'theirs' }];
    expect((await node.run(bundleOf(server, { runtimes: [{}, { handler: 'theirs' }], desiredState: 'ABSENT' }))).code).toBe(0);
  });

  describe('with a deadline', () => {
    const until = (seconds: number, then: 'FAIL' | 'FORCE') => bundleOf(server, {
      runtimes: [{}, { handler: 'runsc-old', release: '20260928.0' }], desiredState: 'ABSENT', deadline: { seconds, then },
    });
    const later = (seconds: number) => jest.spyOn(Date, 'now').mockReturnValue(new Date().getTime() + seconds * 1000);

    afterEach(() => void jest.spyOn(Date, 'now').mockRestore());

    test.each(['FAIL', 'FORCE'] as const)('waits until it has passed, by the time of the first attempt, and says when that is (%s)', async (then) => {
      const node = await installed();
      const etc = untouched(`${node.root}/etc`);
      node.daemons.pods = [WEB];
      for (let run = 0; run < 7; run++) expect(await node.run(until(3600, then))).toEqual({ code: 1, verdict: undefined });
      later(3500);
      expect(await node.run(until(3600, then))).toEqual({ code: 1, verdict: undefined });
      expect(node.lastWords).toMatch(/has 1 Pod \(team\/web\); delete them .*; after 20\d\d-.*Z (this fails for good|everything is taken back all the same)$/);
      expect(untouched(`${node.root}/etc`)).toEqual(etc);
    });

    test('then fails for good without touching anything, with the Pods in the verdict and what to do', async () => {
      const node = await installed();
      const etc = untouched(`${node.root}/etc`);
      node.daemons.pods = [WEB];
      await node.run(until(3600, 'FAIL'));
      later(3601);
      const reason = 'nothing was taken back, because Pods still run after the deadline of 3600 s: handler runsc-old has 1 Pod (team/web); '
        + 'delete them or drain the node; the configuration of this node was not touched';
      const verdict = (handler: string) => ({ handler, verdict: 'failed', step: 'keep', reason });
      expect(await node.run(until(3600, 'FAIL'))).toMatchObject({ code: 0, verdict: { handlers: [verdict('runsc'), verdict('runsc-old')] } });
      expect(untouched(`${node.root}/etc`)).toEqual(etc);
      expect(node.daemons.served).toEqual(['runsc', 'runsc-old']);
    });

    test('says so also where the plan has no handler any more', async () => {
      const node = await installed();
      node.daemons.pods = [WEB];
      const { code, verdict } = await node.run(bundleOf(server, { runtimes: [], desiredState: 'ABSENT', deadline: { seconds: 0, then: 'FAIL' } }));
      expect({ code, handlers: verdict?.handlers.map(({ handler }) => handler) }).toEqual({ code: 0, handlers: ['runsc', 'runsc-old'] });
    });

    test('waits the whole time again after it has failed', async () => {
      const node = await installed();
      node.daemons.pods = [WEB];
      await node.run(until(3600, 'FAIL'));
      later(3601);
      expect((await node.run(until(3600, 'FAIL'))).code).toBe(0);
      expect((await node.run(until(3600, 'FAIL'))).code).toBe(1);
    });

    test('that is zero does not wait at all', async () => {
      const node = await installed();
      node.daemons.pods = [WEB];
      expect((await node.run(until(0, 'FAIL'))).code).toBe(0);
      expect(node.daemons.served).toEqual(['runsc', 'runsc-old']);
    });

    test('then takes everything back from under the Pods where it is told to, but not the programs that they run from', async () => {
      const node = await installed();
      node.runPod('pod', '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1');
      node.daemons.pods = [WEB, { ...WEB, handler: 'runsc' }];
      const old = oldFiles(node);
      await node.run(until(3600, 'FORCE'));
      later(3601);
      expect(await node.run(until(3600, 'FORCE'))).toMatchObject({ code: 0, verdict: { handlers: [] } });
      expect({ served: node.daemons.served, main: node.read('/etc/containerd/config.toml') }).toEqual({ served: [], main: MAIN });
      expect(oldFiles(node)).toEqual(old);
      expect(lines).toContain('keep: handler runsc-old: is taken back although 1 Pod (team/web) run on it, because the deadline of 3600 s has passed: '
        + 'their containers run on, but can neither be restarted nor entered; delete those Pods');
      expect(node.lastWords).toBe('runsc was taken back from under 1 Pod (team/web), which have to be deleted; '
        + 'runsc-old was taken back from under 1 Pod (team/web), which have to be deleted');

      node.endPods();
      node.daemons.pods = [];
      await node.run(until(3600, 'FORCE'));
      expect(oldFiles(node)).toEqual([]);
    });
  });
});
