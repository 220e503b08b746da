import { copyFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBundle } from './bundle';
import { ARCHITECTURE } from './host/architecture';
import { unfinishedName } from './host/host';
import { log } from './log';

export interface CopyOptions {
  /** The emptyDir that is copied to, as the plan names it. */
  readonly folder?: string;
  /** Folder with the mounted ConfigMaps. */
  readonly bundle?: string;
  /** Where this container's `/` is; another folder in tests. */
  readonly root?: string;
  readonly architecture?: string;
}

/**
 * Copies the archives that the plan takes of this container's image to a volume that `install` reads. One that the image
 * lacks is left to `install`, which then fails the handlers that need it and no others.
 */
export async function copy(options: CopyOptions = {}): Promise<void> {
  const { folder = process.argv[3] ?? '', root = '/', architecture = ARCHITECTURE } = options;
  const images = readBundle(options.bundle).plan.runtimes.flatMap(({ artifact }) => (artifact.kind === 'image' && artifact.copies === folder ? [artifact] : []));
  // The mounted plan may be of another rollout than this Pod; what that means is for `install` to say.
  if (!images.length) log('copy', folder, 'the plan takes nothing from this image');
  const wanted = new Set(images.flatMap(({ imageFolder, archives }) => (archives[architecture]?.names ?? []).map((name) => join(imageFolder, name))));
  for (const path of wanted) copyArchive(join(root, path), join(root, folder));
}

function copyArchive(from: string, folder: string): void {
  const startedAt = performance.now();
  const to = join(folder, from.slice(from.lastIndexOf('/') + 1));
  const size = sizeOf(from);
  if (size === undefined) return log('copy', from, 'is not in this image');
  if (size === sizeOf(to)) return log('copy', to, 'is there already');
  const unfinished = unfinishedName(to);
  mkdirSync(folder, { recursive: true });
  try {
    copyFileSync(from, unfinished);
    renameSync(unfinished, to);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  log('copy', to, `${(size / 1e6).toFixed(1)} MB`, startedAt);
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
