import { ArchiveServer, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';

const MAIN = '/etc/containerd/config.toml';
const DROP_IN = '/etc/containerd/conf.d/sandbox-runtimes.toml';
const BEFORE = 'version = 3\n';

const server = new ArchiveServer();
const scratch = scratchFolders();
let node: Installation;

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  jest.spyOn(console, 'log').mockReturnValue();
  node = new Installation(scratch());
  node.put(MAIN, BEFORE);
});

/** One run, in which somebody writes a file when something is about to be done. */
const run = (moment: string, path: string, content: string) => node.run(bundleOf(server), {
  fail(what) {
    if (what === moment) node.put(path, content);
  },
});

describe.each([[MAIN, `${BEFORE}# written meanwhile\n`], [DROP_IN, '# written meanwhile\n']])('somebody who writes %s while the change of it is being tried', (path, theirs) => {
  test('loses nothing: the attempt fails, and says why', async () => {
    expect(await run('validate', path, theirs)).toMatchObject({ code: 1, verdict: undefined });
    expect(node.read(path)).toBe(theirs);
    expect(node.lastWords).toContain(`${path} was changed by somebody else`);
    expect(node.daemons.containerdRestarts).toBe(0);
  });
});

test('the next attempt keeps what somebody wrote in between', async () => {
  const theirs = `${BEFORE}[metrics]\naddress = "127.0.0.1:1338"\n`;
  await run('validate', MAIN, theirs);
  expect(await node.run(bundleOf(server))).toMatchObject({ code: 0 });
  expect(node.read(MAIN)).toContain(theirs);
  expect(await node.run(bundleOf(server, { desiredState: 'ABSENT' }))).toMatchObject({ code: 0 });
  expect(node.read(MAIN)).toBe(theirs);
});

test('what somebody wrote after us stays when the run is taken back', async () => {
  const theirs = `${BEFORE}# written after us\n`;
  await node.run(bundleOf(server), {
    fail(what) {
      if (what === 'restart' && node.read(MAIN) !== theirs) node.put(MAIN, theirs);
      if (what === 'prove runsc') throw new Error('the sandbox did not start');
    },
  });
  expect(node.read(MAIN)).toBe(theirs);
});
