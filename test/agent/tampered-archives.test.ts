import { createHash } from 'node:crypto';
import { hostTree } from './host-tree';
import { ArchiveServer, bundleOf, Installation, releaseArchive } from './installation';
import { scratchFolders } from './scratch-folder';
import { TAMPERED } from './tampered-archives';
import { figure } from '../../e2e/real-cluster/figures';

const RELEASE = '20261005.0';
const SAYS = { untrusted: /the sha512 [0-9a-f]+, and the release was published with/, trusted: /archive|no room|does not run|is another release/ };

const server = new ArchiveServer();
const scratch = scratchFolders();
let refused = 0;

beforeAll(() => server.start());
afterAll(async () => {
  await server.stop();
  figure('tampered archives, each refused before any configuration was written', refused);
});
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

/** The mirror has other bytes than the plan was made for. */
function tamperedBundle(bytes: Buffer, trusted: boolean): { [name: string]: string } {
  const bundle = bundleOf(server);
  server.publish(`/${RELEASE}.tar.zst`, bytes);
  const hex = (of: Buffer) => createHash('sha512').update(of).digest('hex');
  if (trusted) bundle['plan.json'] = bundle['plan.json'].replaceAll(hex(releaseArchive(RELEASE)), hex(bytes));
  return bundle;
}

describe('the agent writes no configuration and says what is wrong, given', () => {
  test.each(TAMPERED)('$given', async ({ bytes, trusted }) => {
    const node = new Installation(scratch());
    node.put('/etc/containerd/config.toml', 'version = 3\n');
    const before = hostTree(node.root);
    const { code, verdict } = await node.run(tamperedBundle(bytes(releaseArchive(RELEASE)), trusted));
    const { '/var/lib/sandbox-runtimes/attempts.json': attempts, ...after } = hostTree(node.root);
    expect(Object.keys(after).filter((path) => !path.startsWith('/opt/sandbox-runtimes/gvisor'))).toEqual(Object.keys(before));
    expect(Object.entries(after).filter(([path, entry]) => before[path] !== entry && !path.startsWith('/opt/'))).toEqual([]);
    expect(Object.keys(after).filter((path) => /gvisor\/./.test(path))).toEqual([]);
    expect(code === 1 ? attempts : verdict?.handlers).toEqual(code === 1 ? expect.stringContaining('"failed":1') : [expect.objectContaining({ verdict: 'failed', step: 'stage' })]);
    expect(node.lastWords).toMatch(SAYS[trusted ? 'trusted' : 'untrusted']);
    expect(node.daemons).toMatchObject({ served: [], containerdRestarts: 0 });
    refused++;
  });
});
