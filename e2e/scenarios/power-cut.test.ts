import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostFiles } from '../../agent/containerd/host-files';
import { installedHandlers } from '../../agent/containerd/installed-handlers';
import { CHANGING, crashingFs, FaultyFs, watchedFs } from '../../test/agent/crashing-fs';
import { Installation, PLATFORM } from '../../test/agent/installation';
import { Beginning, configFiles, lastRun, outcome, STORIES, storyServer } from '../../test/agent/stories';
import { FILE_SYSTEMS, FileSystem, LoopDisk, loopProblem } from '../node/loop-disk';
import { figure } from '../real-cluster/figures';

/** With SOAK=1 the power is cut at every call; else at a sample. */
const EVERY = process.env.SOAK === '1' ? 1 : 9;
/** So often it is cut right after the run that installed. */
const INSTALLED = 5;
const TOLD = ['a first installation on containerd 2.2', 'an upgrade with running Pods', 'taking back'];

const problem = loopProblem();
const seen = { cuts: 0, installed: 0 };
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'power-cut-'));
  jest.spyOn(console, 'log').mockReturnValue();
  await storyServer.start();
});

afterAll(async () => {
  await storyServer.stop();
  rmSync(folder, { recursive: true });
  figure('power cuts on real file systems: every configuration file old or new, none empty, one run converged', seen.cuts);
  figure('power cuts right after "installed": all new', seen.installed);
});

/** The real calls, but that the power is cut before one of them; a foreign fsync may come just before. */
function poweredFs(disk: LoopDisk, cutAt: number, foreign: boolean): FaultyFs {
  let calls = 0;
  let dead = false;
  const fs = watchedFs(({ name }, perform) => {
    if (!dead && CHANGING.has(name) && ++calls === cutAt) {
      if (foreign) disk.syncForeignFile();
      disk.cutPower();
      dead = true;
    }
    // An open file would keep the disk from being unmounted.
    if (dead && name !== 'closeSync') throw new Error('there is no power');
    return perform();
  }, true);
  return { fs, calls: () => calls };
}

/** A host on the disk, as it is before the last run of a story. */
function hostOn(disk: LoopDisk, beginning: Beginning): Installation {
  disk.clear();
  cpSync(beginning.node.root, disk.root, { recursive: true, verbatimSymlinks: true });
  const node = new Installation(disk.folder);
  Object.assign(node.daemons, structuredClone(beginning.node.daemons));
  disk.sync();
  return node;
}

if (problem) {
  console.warn(`no power is cut on real file systems, because this machine cannot mount them from a file: ${problem}`);
} else {
  describe.each(Object.keys(FILE_SYSTEMS) as FileSystem[])('on %s', (kind) => {
    let disk: LoopDisk;
    beforeAll(() => { disk = new LoopDisk(kind); });
    afterAll(() => disk.remove());

    test.each(TOLD)('a power cut leaves old or new files, and new ones once it is installed: %s', async (name) => {
      const story = STORIES[name];
      const beginning = await Beginning.of(story, folder);
      const old = new Map(configFiles(beginning.node));
      const counting = crashingFs();
      const { fresh, expected } = await beginning.copied(async (node) => {
        await lastRun(node, story, counting);
        return { fresh: new Map(configFiles(node)), expected: outcome(node) };
      });

      async function cut(cutAt: number, foreign: boolean): Promise<void> {
        const node = hostOn(disk, beginning);
        const { code } = await lastRun(node, story, poweredFs(disk, cutAt, foreign));
        // A cut while what is no longer used is removed comes too late to make the run fail.
        const installed = code === 0;
        if (cutAt === Infinity) {
          expect(code).toBe(0);
          disk.cutPower();
        }
        disk.powerOn();
        const now = new Map(configFiles(node));
        for (const path of new Set([...old.keys(), ...fresh.keys(), ...now.keys()])) {
          const allowed = [...(installed ? [] : [old.get(path)]), fresh.get(path)];
          expect({ cutAt, foreign, path, allowed }).toEqual({ cutAt, foreign, path, allowed: expect.arrayContaining([now.get(path)]) });
        }
        // The container runtime has started with what was left.
        node.daemons.served = installedHandlers(PLATFORM, hostFiles({ '/etc/containerd': join(node.root, 'etc/containerd') }));
        expect({ cutAt, foreign, code: (await lastRun(node, story)).code, ...outcome(node) }).toEqual({ cutAt, foreign, code: 0, ...expected });
      }

      for (let call = 1; call <= counting.calls(); call += EVERY) {
        await cut(call, call % 2 === 0);
        seen.cuts++;
      }
      for (let time = 0; time < INSTALLED; time++) {
        await cut(Infinity, false);
        seen.installed++;
      }
    }, 3_600_000);
  });
}
