import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CHANGING, watchedFs } from './crashing-fs';
import { Installation, PLATFORM } from './installation';
import { memoryFolder } from './memory-folder';
import { scratchFolders } from './scratch-folder';
import { Beginning, configFiles, lastRun, outcome, STORIES, storyServer } from './stories';
import { Loss, LOSSES, VolatileDisk } from './volatile-disk';
import { hostFiles } from '../../agent/containerd/host-files';
import { installedHandlers } from '../../agent/containerd/installed-handlers';
import { figure } from '../../e2e/real-cluster/figures';

/** What daemons read is looked at after a cut at every call; the agent is run again after every so many. */
const AGAIN_AFTER = process.env.SOAK === '1' ? 1 : 17;

const scratch = scratchFolders(memoryFolder());
const seen = { cuts: 0, again: 0, durable: 0 };

beforeAll(() => storyServer.start());
afterAll(async () => {
  await storyServer.stop();
  figure('power cuts (worked out from the order of writes and syncs): every configuration file old or new, none empty', seen.cuts);
  figure('of them after the run was recorded as installed: all new', seen.durable);
  figure('of them followed by a run, which converged', seen.again);
});

describe.each(Object.entries(STORIES).filter(([, { fail }]) => !fail))('%s', (_, story) => {
  let beginning: Beginning;
  let folder: string;
  beforeAll(async () => {
    jest.spyOn(console, 'log').mockReturnValue();
    folder = scratch();
    beginning = await Beginning.of(story, folder);
  });

  test.each(Object.entries(LOSSES))('has old or new files, and new ones once it is installed, where a power cut takes (%s) %s', async (loss) => {
    const old = new Map(configFiles(beginning.node));
    const cuts: { readonly call: number; readonly root: string }[] = [];
    let fresh = new Map<string, string>();
    let expected: unknown;
    const left: { readonly call: number; readonly installed: boolean; readonly files: readonly [string, string | undefined][] }[] = [];
    const paths = await allConfigFiles(beginning, story);

    await beginning.copied(async (node) => {
      const disk = new VolatileDisk(node.root);
      let call = 0;
      let installed = false;
      jest.spyOn(console, 'log').mockImplementation((line: string) => { installed ||= /^record: .*(installed|absent)/.test(line); });
      const cut = () => {
        left.push({ call, installed, files: paths.map((path) => [path, disk.left(loss as Loss, path)]) });
        if (call % AGAIN_AFTER) return;
        const root = join(mkdtempSync(join(folder, 'cut-')), 'host');
        disk.powerCut(loss as Loss, root);
        cuts.push({ call, root });
      };
      const { code } = await lastRun(node, story, {
        calls: () => call,
        fs: watchedFs((made, perform) => {
          const result = perform();
          disk.follow(made, result);
          if (CHANGING.has(made.name)) {
            call++;
            cut();
          }
          return result;
        }),
      });
      expect(code).toBe(0);
      fresh = new Map(configFiles(node));
      expected = outcome(node);
    });

    for (const { call, installed, files } of left) {
      for (const [path, content] of files) {
        const allowed = [...(installed ? [] : [bytesOf(old, path)]), bytesOf(fresh, path)];
        expect({ call, installed, path, content, fine: allowed.includes(content) }).toEqual({ call, installed, path, content, fine: true });
      }
      seen.cuts++;
      seen.durable += Number(installed);
    }
    for (const { call, root } of cuts) {
      const node = new Installation(join(root, '..'));
      // The container runtime has started with what was left.
      const served = installedHandlers(PLATFORM, hostFiles({ '/etc/containerd': join(node.root, 'etc/containerd') }));
      Object.assign(node.daemons, structuredClone(beginning.node.daemons), { served });
      const { code } = await lastRun(node, story);
      expect({ call, code, ...outcome(node) }).toEqual({ call, code: 0, ...expected as object });
      rmSync(join(root, '..'), { recursive: true });
      seen.again++;
    }
  }, 3_600_000);
});

async function allConfigFiles(beginning: Beginning, story: typeof STORIES[string]): Promise<string[]> {
  const before = configFiles(beginning.node);
  const after = await beginning.copied(async (node) => {
    await lastRun(node, story);
    return configFiles(node);
  });
  return [...new Set([...before, ...after].map(([path]) => path))];
}

/** `configFiles` has the permissions in front. */
function bytesOf(files: ReadonlyMap<string, string>, path: string): string | undefined {
  const found = files.get(path);
  return found?.slice(found.indexOf(' ') + 1);
}
