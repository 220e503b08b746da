import { failingFs } from './crashing-fs';
import { hostTree } from './host-tree';
import { scratchFolders } from './scratch-folder';
import { begin, configFiles, lastRun, outcome, STORIES, storyServer } from './stories';

const scratch = scratchFolders();

beforeAll(() => storyServer.start());
afterAll(() => storyServer.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

/** Those calls that a full disk makes fail. */
const NEEDS_SPACE = new Set(['writeSync', 'mkdirSync', 'fsyncSync', 'renameSync']);

describe.each(Object.entries(STORIES).filter(([, { fail }]) => !fail))('%s', (_, story) => {
  test('leaves the old configuration or has the new one, and no half, wherever the disk is full', async () => {
    const undisturbed = await begin(story, scratch());
    const [old, oldServed] = [configFiles(undisturbed), undisturbed.daemons.served];
    const counting = failingFs(Infinity, 'ENOSPC', NEEDS_SPACE);
    await lastRun(undisturbed, story, counting);
    const expected = outcome(undisturbed);
    const fresh = configFiles(undisturbed);

    for (let failAt = 1; failAt <= counting.calls(); failAt++) {
      const node = await begin(story, scratch());
      const { code } = await lastRun(node, story, failingFs(failAt, 'ENOSPC', NEEDS_SPACE));
      const isNew = JSON.stringify(configFiles(node)) === JSON.stringify(fresh);
      expect({ failAt, code, files: configFiles(node), served: node.daemons.served })
        .toEqual({ failAt, code, files: isNew ? fresh : old, served: isNew ? expected.served : oldServed });
      if (!isNew) expect({ failAt, code }).toEqual({ failAt, code: 1 });
      if (code === 1 && !isNew) expect(Object.keys(hostTree(node.root)).filter((path) => path.includes('journal.json'))).toEqual([]);
      expect({ failAt, code: (await lastRun(node, story)).code, ...outcome(node) }).toEqual({ failAt, code: 0, ...expected });
    }
  }, 300_000);
});
