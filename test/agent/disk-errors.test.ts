import { brokenFs, CHANGING, EVERY, failingFs, watchedFs } from './crashing-fs';
import { Attempt, Installation } from './installation';
import { memoryFolder } from './memory-folder';
import { scratchFolders } from './scratch-folder';
import { Beginning, configFiles, lastRun, outcome, STORIES, storyServer } from './stories';
import { ATTEMPTS } from '../../agent/attempts';
import { figure } from '../../e2e/real-cluster/figures';
import { planHash } from '../../src/installer/plan-hash';

/** With SOAK=1 every call fails once, else a sample of them. */
const SAMPLE = process.env.SOAK === '1' ? 1 : 37;
const ATTEMPTS_FILE = '/var/lib/sandbox-runtimes/attempts.json';

/** The calls that can end with each code. */
const FAULTS: { readonly [code: string]: ReadonlySet<string> } = {
  ENOSPC: new Set(['writeSync', 'mkdirSync', 'fsyncSync', 'renameSync', 'openSync', 'symlinkSync', 'linkSync']),
  EIO: EVERY,
  EROFS: new Set([...CHANGING].filter((name) => !['fsyncSync', 'writeSync'].includes(name))),
  EMFILE: new Set(['openSync', 'readFileSync', 'readdirSync']),
};

const scratch = scratchFolders(memoryFolder());
const seen = { once: 0, lasting: 0, final: 0 };

beforeAll(() => storyServer.start());
afterAll(async () => {
  await storyServer.stop();
  figure('calls of the file system that failed once with ENOSPC, EIO, EROFS or EMFILE: old or new configuration, the next run converged', seen.once);
  figure('the same, failing for good from that call on', seen.lasting);
  figure('the same on the last attempt, which said so in a verdict', seen.final);
});
beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

const successful = Object.entries(STORIES).filter(([, { fail }]) => !fail);

/** What daemons read, and what the container runtime has read of it. */
interface State {
  readonly files: [string, string][];
  readonly served: readonly string[];
}

const state = (node: Installation): State => ({ files: configFiles(node), served: node.daemons.served });

/** A run that only brought some handlers is one more. */
function withoutRun({ tree, served }: ReturnType<typeof outcome>) {
  return { served, tree: Object.fromEntries(Object.entries(tree).map(([path, entry]) => [path, entry.replace(/"run": \d+/, '')])) };
}

describe.each(successful.map(([name, story], index) => ({ name, story, index })))('$name', ({ story, index }) => {
  let beginning: Beginning;
  let old: State;
  let fresh: State;
  let expected: ReturnType<typeof outcome>;

  beforeAll(async () => {
    beginning = await Beginning.of(story, scratch());
    old = state(beginning.node);
    await beginning.copied(async (node) => {
      await lastRun(node, story);
      [fresh, expected] = [state(node), outcome(node)];
    });
  });

  /** Lets one call after the other end with a code, looks at what that did, and runs the agent again on a disk that is well. */
  async function eachCall(code: string, faulty: typeof failingFs, look: (node: Installation, run: Attempt) => void, failedBefore = 0): Promise<void> {
    const counting = failingFs(Infinity, code, FAULTS[code]);
    await beginning.copied((node) => lastRun(node, story, counting));
    for (let failAt = 1 + index % SAMPLE; failAt <= counting.calls(); failAt += SAMPLE) {
      await beginning.copied(async (node) => {
        if (failedBefore) node.put(ATTEMPTS_FILE, JSON.stringify({ planHash: planHash(story.last()), failed: failedBefore }));
        const run = await lastRun(node, story, faulty(failAt, code, FAULTS[code]));
        try {
          look(node, run);
          const next = await lastRun(node, story);
          expect({ code: next.code, ...withoutRun(outcome(node)) }).toEqual({ code: 0, ...withoutRun(expected) });
        } catch (error) {
          throw new Error(`call ${failAt} with ${code}: ${(error as Error).message}`);
        }
      });
    }
  }

  test.each(Object.keys(FAULTS))('fails and keeps the old configuration, or has the new one, wherever one call ends with %s', async (code) => {
    await eachCall(code, failingFs, (node, { code: exit }) => {
      seen.once++;
      // What goes wrong after the run has been recorded undoes nothing.
      expect(exit === 0 ? [fresh] : [old, fresh]).toContainEqual(state(node));
      const restarted = node.daemons.containerdRestarts > beginning.node.daemons.containerdRestarts;
      if (exit !== 0 && restarted) expect(node.daemons.proofs.at(-1)).toBe('');
    });
  }, 3_600_000);

  test.each(Object.keys(FAULTS))('loses nothing where every call from one on ends with %s', async (code) => {
    await eachCall(code, brokenFs, (node, { code: exit }) => {
      seen.lasting++;
      // Cleaning up comes after all was recorded.
      if (exit === 0) expect(state(node)).toEqual(fresh);
      for (const file of configFiles(node)) expect([...old.files, ...fresh.files]).toContainEqual(file);
    });
  }, 3_600_000);

  test('says so in a verdict where a call ends with EIO on the last attempt', async () => {
    await eachCall('EIO', failingFs, (node, { code: exit, verdict }) => {
      if (exit !== 0) return expect([old, fresh]).toContainEqual(state(node));
      const failed = verdict?.handlers.filter((handler) => handler.verdict === 'failed') ?? [];
      seen.final += Math.sign(failed.length);
      // One handler that fails for good does not take the others with it.
      if (!failed.length || failed.length === verdict?.handlers.length) return expect(state(node)).toEqual(failed.length ? old : fresh);
      for (const { handler } of failed) expect(node.daemons.served).not.toContain(handler);
    }, ATTEMPTS - 1);
  }, 3_600_000);
});

test('what was taken back and recorded is no failure where nobody can look at the journal afterwards', async () => {
  const [, story] = successful.find(([name]) => name === 'taking back')!;
  const beginning = await Beginning.of(story, scratch());
  await beginning.copied(async (node) => {
    node.put(ATTEMPTS_FILE, JSON.stringify({ planHash: planHash(story.last()), failed: ATTEMPTS - 1 }));
    let recorded = false;
    const fs = watchedFs(({ name, path, args }, perform) => {
      if (name === 'renameSync' && String(args[1]).endsWith('/record.json')) recorded = true;
      if (recorded && name !== 'closeSync' && path.endsWith('/journal.json')) throw Object.assign(new Error(`EIO: ${name} of ${path}`), { code: 'EIO' });
      return perform();
    });
    const { code, verdict } = await lastRun(node, story, { fs, calls: () => 0 });
    expect({ code, recorded, handlers: verdict?.handlers }).toEqual({ code: 0, recorded: true, handlers: [] });
  });
});
