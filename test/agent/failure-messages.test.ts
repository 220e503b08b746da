import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crashingFs, watchedFs } from './crashing-fs';
import { FakeNodeOptions } from './fake-node';
import { ArchiveServer, bundleOf, Installation, PlanWish } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';
import { install } from '../../agent/install';
import { planHash } from '../../src/installer/plan-hash';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const UNTOUCHED = 'the configuration of this node was not touched';
const RESTORED = /\/etc\/containerd\/conf\.d\/sandbox-runtimes\.toml, \/etc\/containerd\/config\.toml are as before(, containerd has read them again)? and the default runtime was proven/;
const AGAIN = 'when that is put right, delete this Pod of the installer: the next one tries again';

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

interface Failure {
  readonly step: string;
  readonly cause: string;
  /** What it says of the node, while attempts are left and at last. */
  readonly restored: string | RegExp;
  readonly atLast?: string | RegExp;
  readonly todo: RegExp;
  readonly wish?: PlanWish;
  readonly before?: (node: Installation) => unknown;
  readonly bundle?: (bundle: { [name: string]: string }) => { [name: string]: string };
  readonly options?: (node: Installation) => Partial<FakeNodeOptions>;
}

const whenDone = (what: string, cause: string) => () => ({ fail: (done: string) => { if (done === what) throw new Error(cause); } });
const NOTHING_OF_IT = '(nothing of it is in the configuration of this node)';
const LOOK = /see on this node what the container runtime says \(journalctl\)/;

const FAILURES: readonly Failure[] = [
  {
    step: 'recover',
    cause: 'what the last run left, which died at restart, could not be taken back (restart): containerd does not come up',
    restored: /./,
    todo: /see on this node what keeps its container runtime from running/,
    async before(node) {
      const crashing = crashingFs();
      const fail = (what: string) => { if (what === 'restart') crashing.die(); };
      await node.run(bundleOf(server, { runtimes: [{ options: 'other' }] }), { host: new Host(node.root, crashing.fs), fail });
    },
    options: whenDone('restart', 'containerd does not come up'),
  },
  {
    step: 'preflight',
    cause: 'gvisor 20261005.0 needs 999999999 MiB to be downloaded and unpacked',
    restored: UNTOUCHED,
    atLast: NOTHING_OF_IT,
    todo: /free some space; put that right on this node, or keep the installer off it with its nodeSelector/,
    wish: { runtimes: [{ change: { requires: { kernel: '4.15', containerd: { minimum: '1.7.0', broken: [] }, devices: [], sysctls: [], noSelinux: true, freeBytes: 999999999 * 1024 * 1024 } } }] },
  },
  {
    step: 'stage',
    cause: '/20260101.0.tar.zst: the 6 bytes that arrived have the sha512',
    restored: UNTOUCHED,
    atLast: NOTHING_OF_IT,
    todo: /check the release with its checksums, the mirror or proxy, and the disk of this node/,
    wish: { runtimes: [{ release: '20260101.0' }] },
    bundle(bundle) {
      server.publish('/20260101.0.tar.zst', Buffer.from('<html>'));
      return bundle;
    },
  },
  {
    step: 'keep',
    cause: 'the CRI does not answer',
    restored: UNTOUCHED,
    todo: /delete the Pods that are named, or drain the node/,
    wish: { desiredState: 'ABSENT' },
    before: (node) => node.run(bundleOf(server)),
    options: (node) => ({ daemons: Object.defineProperty(Object.create(node.daemons), 'pods', { get: () => { throw new Error('the CRI does not answer'); } }) }),
  },
  {
    step: 'plan',
    cause: 'EIO: i/o error, read',
    restored: UNTOUCHED,
    todo: /put that right on this node, and apply all objects of the installer together/,
    options: ({ root }) => ({
      host: new Host(root, watchedFs(({ name, path }, perform) => {
        if (name === 'readFileSync' && path.includes('/config/runsc/')) throw new Error('EIO: i/o error, read');
        return perform();
      })),
    }),
  },
  { step: 'validate', cause: 'containerd ended at once', restored: UNTOUCHED, todo: LOOK, options: whenDone('validate', 'containerd ended at once') },
  {
    step: 'write',
    cause: 'writing /etc/containerd/config.toml: no space is left on the disk: free some, for example by removing images that nobody uses (ENOSPC)',
    restored: RESTORED,
    todo: /look after the disk of this node/,
    options: ({ root }) => ({
      host: new Host(root, watchedFs(({ name, path, args }, perform) => {
        if (name === 'openSync' && path.endsWith('.config.toml.sandbox-runtimes.tmp') && args[1] === 'wx') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        return perform();
      })),
    }),
  },
  {
    step: 'restart',
    cause: 'containerd.service is failed',
    restored: RESTORED,
    todo: LOOK,
    options() {
      let restarts = 0;
      return { fail: (done) => { if (done === 'restart' && ++restarts === 1) throw new Error('containerd.service is failed'); } };
    },
  },
  { step: 'prove', cause: 'the sandbox did not start', restored: RESTORED, atLast: NOTHING_OF_IT, todo: LOOK, options: whenDone('prove runsc', 'the sandbox did not start') },
  {
    step: 'record',
    cause: 'writing /var/lib/sandbox-runtimes/record.json: the disk reports an input/output error: replace the node (EIO)',
    restored: RESTORED,
    todo: /look after the disk of this node/,
    options: ({ root }) => ({
      host: new Host(root, watchedFs(({ name, path, args }, perform) => {
        if (name === 'openSync' && path.includes('.record.json') && args[1] === 'wx') throw Object.assign(new Error('EIO'), { code: 'EIO' });
        return perform();
      })),
    }),
  },
];

function bad({ wish, bundle = (same) => same }: Failure) {
  return bundle(bundleOf(server, wish));
}

async function failing(failure: Failure): Promise<Installation> {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', MAIN);
  await failure.before?.(node);
  return node;
}

const says = (text: string, part: string | RegExp) => expect(text).toEqual(typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part));

describe.each(FAILURES.map((failure) => [failure.step, failure] as const))('a failure at %s', (step, failure) => {
  test('says step, cause, what was restored and what happens next, while attempts are left', async () => {
    const node = await failing(failure);
    const attempt = await node.run(bad(failure), failure.options?.(node));
    expect({ ...attempt, words: node.lastWords }).toEqual({ code: 1, verdict: undefined, words: expect.stringMatching(new RegExp(`^attempt \\d of 5 failed at ${step}: `)) });
    says(node.lastWords, failure.cause);
    says(node.lastWords, failure.restored);
    expect(node.lastWords).toMatch(/; the next attempt comes by itself$/);
  });

  test('says step, cause, what was restored and what to do, when it is final', async () => {
    const node = await failing(failure);
    let code = 1;
    for (let attempt = 1; code === 1 && attempt <= 5; attempt++) ({ code } = await node.run(bad(failure), failure.options?.(node)));
    expect(code).toBe(0);
    expect(node.lastWords).toMatch(new RegExp(`^runsc failed at ${step}: `));
    says(node.lastWords, failure.cause);
    says(node.lastWords, failure.atLast ?? failure.restored);
    says(node.lastWords, failure.todo);
    expect(node.lastWords.endsWith(AGAIN)).toBe(true);
  });
});

test('a handler that fails in its new release says that its old one stays', async () => {
  const node = await failing(FAILURES[0]);
  await node.run(bundleOf(server, { runtimes: [{ release: '20260928.0' }] }));
  const change = { requires: { kernel: '99.1', containerd: { minimum: '1.7.0', broken: [] }, devices: [], sysctls: [], noSelinux: true } };
  await node.run(bundleOf(server, { runtimes: [{ change }] }));
  expect(node.lastWords).toMatch(/^runsc failed at preflight: gvisor needs Linux 99\.1 .*: update its kernel \(its release 20260928\.0 stays as it was\); when that is put right, /);
});

test('what somebody else wrote after us is told, and that it was left', async () => {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', MAIN);
  const fail = (what: string) => {
    if (what !== 'prove runsc') return;
    node.put('/etc/containerd/config.toml', `${MAIN}# by an administrator\n`);
    throw new Error('the sandbox did not start');
  };
  await node.run(bundleOf(server), { fail });
  expect(node.lastWords).toContain('are as before, but for what somebody else has written to /etc/containerd/config.toml since, containerd has read them again');
  expect(node.read('/etc/containerd/config.toml')).toContain('# by an administrator');
});

test('a plan that cannot be read says so', async () => {
  const folder = scratch();
  const path = join(folder, 'bundle', 'plan.json');
  mkdirSync(dirname(path), { recursive: true });
  await expect(install({ env: { PLAN_HASH: planHash({}) }, bundle: dirname(path), host: new Host(folder) })).rejects.toThrow(/plan\.json/);
  rmSync(folder, { recursive: true });
});
