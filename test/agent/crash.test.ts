import * as fc from 'fast-check';
import { CHANGING, CrashingFs, crashingFs, EVERY, FsCall } from './crashing-fs';
import { memoryFolder } from './memory-folder';
import { scratchFolders } from './scratch-folder';
import { Beginning, configFiles, lastRun, outcome, STORIES, Story, storyServer } from './stories';
import { figure } from '../../e2e/real-cluster/figures';

/** With SOAK=1 it dies at every call of the file system, also at those that only look; else at a sample of those that change something. */
const SOAK = process.env.SOAK === '1';
const COUNTED = SOAK ? EVERY : CHANGING;
/** Of the calls below our own folder, which nothing uses before the container runtime's tables name it, every so many. */
const UNUSED_SAMPLE = 11;

const scratch = scratchFolders(memoryFolder());
const died = { once: 0, again: 0 };

beforeAll(() => storyServer.start());
afterAll(async () => {
  await storyServer.stop();
  figure('runs of the agent that were killed at a call of the file system, each converged in one rerun, nothing torn or left over', died.once);
  figure('runs that were killed while they recovered from a killed one', died.again);
});
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

function points(trace: readonly FsCall[]): number[] {
  const all = trace.map((_, index) => index + 1);
  return SOAK ? all : all.filter((number) => !trace[number - 1].path.includes('/opt/sandbox-runtimes') || number % UNUSED_SAMPLE === 0);
}

/** How the story ends when nobody dies. */
async function undisturbed(beginning: Beginning, story: Story) {
  return beginning.copied(async (node) => {
    const counting = crashingFs(Infinity, COUNTED);
    const { code } = await lastRun(node, story, counting);
    return { code, expected: outcome(node), trace: counting.trace };
  });
}

async function dies(beginning: Beginning, story: Story, deaths: readonly number[], meanwhile: (node: Beginning['node'], crashing: CrashingFs) => void) {
  return beginning.copied(async (node) => {
    for (const dieAt of deaths) {
      const crashing = crashingFs(dieAt, COUNTED);
      await lastRun(node, story, crashing);
      meanwhile(node, crashing);
    }
    const { code } = await lastRun(node, story);
    return { code, ...outcome(node) };
  });
}

describe.each(Object.entries(STORIES))('%s', (_, story) => {
  let beginning: Beginning;
  beforeAll(async () => { beginning = await Beginning.of(story, scratch()); });

  test('ends the same when the run before died at any of its calls', async () => {
    const old = new Map(configFiles(beginning.node));
    const { code, expected, trace } = await undisturbed(beginning, story);
    const fresh = await beginning.copied(async (node) => {
      await lastRun(node, { ...story, fail: undefined });
      return new Map(configFiles(node));
    });
    expect(code).toBe(story.fail ? 1 : 0);
    expect(trace.length).toBeGreaterThan(20);

    for (const dieAt of points(trace)) {
      const end = await dies(beginning, story, [dieAt], (node, crashing) => {
        expect({ dieAt, dead: crashing.dead() }).toEqual({ dieAt, dead: true });
        const now = new Map(configFiles(node));
        for (const path of new Set([...old.keys(), ...fresh.keys()])) {
          const allowed = [old.get(path), fresh.get(path)];
          expect({ dieAt, path, allowed }).toEqual({ dieAt, path, allowed: expect.arrayContaining([now.get(path)]) });
        }
        expect([...now.keys()].filter((path) => !old.has(path) && !fresh.has(path))).toEqual([]);
      });
      expect({ dieAt, ...end }).toEqual({ dieAt, code, ...expected });
      died.once++;
    }
  }, 3_600_000);

  test('ends the same when the run that recovers dies as well', async () => {
    const { code, expected, trace } = await undisturbed(beginning, story);
    const call = fc.integer({ min: 1, max: trace.length + 20 });
    await fc.assert(fc.asyncProperty(fc.tuple(call, call), async (deaths) => {
      const end = await dies(beginning, story, deaths, (__, crashing) => { if (crashing.dead()) died.again++; });
      expect(end).toEqual({ code, ...expected });
    }), { numRuns: SOAK ? 200 : 5 });
  }, 3_600_000);
});
