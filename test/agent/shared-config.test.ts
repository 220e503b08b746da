import { hostTree } from './host-tree';
import { ArchiveServer, bundleOf, Installation, PlanWish } from './installation';
import { scratchFolders } from './scratch-folder';
import { sha256 } from '../../src/installer/plan-hash';

const scratch = scratchFolders();
const server = new ArchiveServer();
const PATH = '/etc/containerd/runsc/config.toml';
const TEXT = '# Written by cdk8s-sandbox-runtimes; without this line the file is left alone.\ngrouping = true\n';

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

/** A runtime whose shim reads a file at a place of its own. */
function bundle(wish: PlanWish = {}): { [name: string]: string } {
  const change = { sharedConfig: { path: PATH, key: 'runsc-shared.toml', sha256: sha256(TEXT) } };
  return { ...bundleOf(server, { runtimes: [{ change }], ...wish }), 'files/runsc-shared.toml': TEXT };
}

test('is written before the handler is known, and taken back with everything else', async () => {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', 'version = 3\n');
  const before = hostTree(node.root);
  expect(await node.run(bundle())).toMatchObject({ code: 0, verdict: { handlers: [{ verdict: 'ready' }] } });
  expect(node.read(PATH)).toBe(TEXT);
  expect((await node.run(bundle({ desiredState: 'ABSENT' }))).code).toBe(0);
  const { '/var/lib/sandbox-runtimes/record.json': _, ...after } = hostTree(node.root);
  expect(after).toEqual(before);
});

test('stays while a handler does that is no longer planned, because its Pods run', async () => {
  const node = new Installation(scratch());
  await node.run(bundle());
  node.daemons.pods = [{ handler: 'runsc', namespace: 'team', name: 'web' }];
  await node.run(bundle({ desiredState: 'ABSENT' }));
  expect(node.read(PATH)).toBe(TEXT);
  node.daemons.pods = [];
  await node.run(bundle({ desiredState: 'ABSENT' }));
  expect(Object.keys(hostTree(node.root))).not.toContain(PATH);
});

/** Two handlers, of which the second needs the file. */
function besideAnother(change: object = {}): { [name: string]: string } {
  const shared = { path: PATH, key: 'runsc-shared.toml', sha256: sha256(TEXT) };
  return bundle({ runtimes: [{ handler: 'other' }, { handler: 'runsc', change: { sharedConfig: shared, ...change } }] });
}

test('of somebody else fails the handler that needs it, and no other', async () => {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', 'version = 3\n');
  node.put(PATH, 'grouping = false\n');
  const { verdict } = await node.run(besideAnother());
  expect(verdict?.handlers).toEqual(expect.arrayContaining([
    expect.objectContaining({ handler: 'other', verdict: 'ready' }),
    expect.objectContaining({ handler: 'runsc', verdict: 'failed', reason: expect.stringContaining(`${PATH} is there and was not written by us`) }),
  ]));
  expect(node.read(PATH)).toBe('grouping = false\n');
});

test('is not written for a handler that the node cannot have', async () => {
  const node = new Installation(scratch());
  node.put('/etc/containerd/config.toml', 'version = 3\n');
  const requires = { kernel: '99.0', devices: [], sysctls: [], noSelinux: false, containerd: { minimum: '1.7.0', broken: [] } };
  const { verdict } = await node.run(besideAnother({ requires }));
  expect(verdict?.handlers).toEqual(expect.arrayContaining([expect.objectContaining({ handler: 'other', verdict: 'ready' }), expect.objectContaining({ handler: 'runsc', verdict: 'failed' })]));
  expect(Object.keys(hostTree(node.root))).not.toContain(PATH);
});

test('is not put in the place of somebody else\'s', async () => {
  const node = new Installation(scratch());
  node.put(PATH, 'grouping = false\n');
  const { verdict } = await node.run(bundle());
  expect(verdict?.handlers).toMatchObject([{
    verdict: 'failed',
    reason: `${PATH} is there and was not written by us: remove it, the shim needs it as it is planned`,
  }]);
  expect(node.read(PATH)).toBe('grouping = false\n');
});
