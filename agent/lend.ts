import { chmodSync, closeSync, copyFileSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { elfInterpreter } from './containerd/elf';
import { log } from './log';
import { LENT_LAYOUT } from '../src/installer/pod-layout';

/** As much of a program as holds its headers and the name of its loader. */
const HEAD_BYTES = 64 * 1024;

export interface LendOptions {
  /** The emptyDir that it is lent in. */
  readonly root?: string;
  readonly program?: string;
  /** The kernel's list of what this process has mapped. */
  readonly maps?: string;
}

/**
 * Copies the Node.js that runs this, with its loader and libraries, to where containers of other images find it. An image
 * that has archives of a release need not have any program that could copy them: Kata's has no shell and no `cp`.
 */
export async function lend(options: LendOptions = {}): Promise<void> {
  const { root = '', program = realpathSync(process.execPath), maps = '/proc/self/maps' } = options;
  const startedAt = performance.now();
  const loader = elfInterpreter(headOf(program));
  if (loader === undefined) throw new Error(`${program} is linked statically, and this installer lends only one that a loader starts: use its default image`);
  const at = (path: string) => join(root, path);
  mkdirSync(at(LENT_LAYOUT.libraries), { recursive: true });
  lendFile(program, at(LENT_LAYOUT.node));
  lendFile(realpathSync(loader), at(LENT_LAYOUT.loader));
  const libraries = mappedPrograms(maps).filter((path) => path !== program);
  for (const library of libraries) {
    for (const name of namesOf(library)) lendFile(library, join(at(LENT_LAYOUT.libraries), name));
  }
  log('lend', program, `copied to ${LENT_LAYOUT.node} with its loader and ${libraries.length} libraries`, startedAt);
}

function headOf(program: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(program, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

function lendFile(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}

/** Files that are mapped to be executed. */
function mappedPrograms(maps: string): string[] {
  const paths = [...readFileSync(maps, 'utf8').matchAll(/^\S+ ..x. \S+ \S+ \S+ +(\/.*)$/gm)].map(([, path]) => path);
  return [...new Set(paths)];
}

/** All names that a library has in its folder: programs ask for it by one of the links to it. */
function namesOf(library: string): string[] {
  const folder = dirname(library);
  return readdirSync(folder).filter((name) => leadsTo(join(folder, name)) === library);
}

function leadsTo(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // A link to nothing.
    return undefined;
  }
}
