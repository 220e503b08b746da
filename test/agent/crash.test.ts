import * as fc from 'fast-check';
import { crashingFs } from './crashing-fs';
import { scratchFolders } from './scratch-folder';
import { begin, configFiles, lastRun, outcome, STORIES, storyServer } from './stories';

const scratch = scratchFolders();

beforeAll(() => storyServer.start());
afterAll(() => storyServer.stop());
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

describe.each(Object.entries(STORIES))('%s', (_, story) => {
  test('ends the same when the run before died at any of its calls', async () => {
    const undisturbed = await begin(story, scratch());
    const old = new Map(configFiles(undisturbed));
    const counting = crashingFs();
    const { code } = await lastRun(undisturbed, story, counting);
    const expected = outcome(undisturbed);
    const successful = await begin(story, scratch());
    await lastRun(successful, { ...story, fail: undefined });
    const fresh = new Map(configFiles(successful));
    expect(code).toBe(story.fail ? 1 : 0);
    expect(counting.calls()).toBeGreaterThan(20);

    for (let dieAt = 1; dieAt <= counting.calls(); dieAt++) {
      const node = await begin(story, scratch());
      const crashing = crashingFs(dieAt);
      await lastRun(node, story, crashing);
      expect({ dieAt, dead: crashing.dead() }).toEqual({ dieAt, dead: true });
      for (const [path, content] of configFiles(node)) {
        expect({ dieAt, path, allowed: [old.get(path), fresh.get(path)] }).toEqual({ dieAt, path, allowed: expect.arrayContaining([content]) });
      }
      const again = await lastRun(node, story);
      expect({ dieAt, code: again.code, ...outcome(node) }).toEqual({ dieAt, code, ...expected });
    }
  }, 300_000);

  test('ends the same when the run that recovers dies as well', async () => {
    const undisturbed = await begin(story, scratch());
    const counting = crashingFs();
    await lastRun(undisturbed, story, counting);
    const expected = outcome(undisturbed);
    const call = fc.integer({ min: 1, max: counting.calls() + 20 });
    await fc.assert(fc.asyncProperty(fc.tuple(call, call), async (deaths) => {
      const node = await begin(story, scratch());
      for (const dieAt of deaths) await lastRun(node, story, crashingFs(dieAt));
      await lastRun(node, story);
      expect(outcome(node)).toEqual(expected);
    }), { numRuns: 20 });
  }, 300_000);
});
