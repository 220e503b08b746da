import { hostTree } from './host-tree';
import { ArchiveServer, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';

const server = new ArchiveServer();
const scratch = scratchFolders();

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

/** What a Pod hears when it is deleted or evicted, or when a rollout replaces it, and what somebody may send by hand. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** What would be called that was not there at first: Jest listens as well. */
function listenersSince(before: readonly unknown[]): (() => void)[] {
  return SIGNALS.flatMap((signal) => process.listeners(signal).filter((listener) => !before.includes(listener)).map((listener) => () => {
    process.off(signal, listener);
    listener(signal);
  }));
}

test.each(['validate', 'restart', 'prove runsc', 'prove default'])('a Pod that is told to end (at: %s) takes nothing back and removes nothing', async (moment) => {
  const undisturbed = new Installation(scratch());
  await undisturbed.run(bundleOf(server));

  const node = new Installation(scratch());
  const before = SIGNALS.flatMap((signal) => process.listeners(signal));
  const { code } = await node.run(bundleOf(server), {
    fail(what) {
      if (what === moment) for (const hear of listenersSince(before)) hear();
    },
  });
  expect(code).toBe(0);
  expect(hostTree(node.root)).toEqual(hostTree(undisturbed.root));
});
