import { hostTree, untouched } from './host-tree';
import { ArchiveServer, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';
import { planHash } from '../../src/installer/plan-hash';

const scratch = scratchFolders();
const server = new ArchiveServer();
const MAIN = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

function installation(main: string | undefined = MAIN): Installation {
  const made = new Installation(scratch());
  if (main) made.put('/etc/containerd/config.toml', main);
  return made;
}

test('installs a handler with one restart and says that it is ready', async () => {
  const node = installation();
  const bundle = bundleOf(server);
  expect(await node.run(bundle)).toEqual({ code: 0, verdict: { planHash: planHash(bundle), handlers: [{ handler: 'runsc', verdict: 'ready' }] } });
  expect(node.daemons).toMatchObject({ served: ['runsc'], containerdRestarts: 1, proofs: ['runsc', ''] });
  expect(node.read('/opt/sandbox-runtimes/gvisor/20261005.0/gvisor-bin/gvisor_sentry')).toBe('sentry');
  expect(node.read('/etc/containerd/config.toml')).toContain('/etc/containerd/conf.d/sandbox-runtimes');
});

test('writes nothing, downloads nothing and restarts nothing when there is nothing to do', async () => {
  const node = installation();
  const bundle = bundleOf(server);
  await node.run(bundle);
  const [before, requests] = [untouched(node.root), server.requests.length];
  expect((await node.run(bundle)).code).toBe(0);
  expect(untouched(node.root)).toEqual(before);
  expect(server.requests.length).toBe(requests);
  expect(node.daemons).toMatchObject({ containerdRestarts: 1, proofs: ['runsc', '', 'runsc', ''] });
});

test('takes everything back to the very same bytes', async () => {
  const node = installation();
  const before = hostTree(node.root);
  await node.run(bundleOf(server));
  expect(await node.run(bundleOf(server, { desiredState: 'ABSENT' }))).toMatchObject({ code: 0, verdict: { handlers: [] } });
  const { '/var/lib/sandbox-runtimes/record.json': record, ...after } = hostTree(node.root);
  expect(after).toEqual(before);
  expect(record).toContain('"state": "absent"');
  expect(node.daemons).toMatchObject({ served: [], containerdRestarts: 2 });
});
