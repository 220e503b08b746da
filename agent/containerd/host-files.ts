import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Refusal } from '../refusal';

/** The host's files as the planning reads them; tests give a map instead. */
export interface HostFiles {
  /** The bytes of a file; undefined if it is not there. */
  read(path: string): Buffer | undefined;
  /** Names in a folder, sorted; empty if it is not there. */
  list(folder: string): string[];
  /** Whether a path can be seen at all: what cannot be seen must not be taken for absent. */
  sees(path: string): boolean;
}

/**
 * The host's files, as far as they can be seen from here.
 *
 * @param mounts folder of the host to where it is mounted, e.g. `/usr` to `/host/usr`.
 */
export function hostFiles(mounts: { readonly [folder: string]: string }): HostFiles {
  const mounted = (path: string) => {
    const folder = Object.keys(mounts).find((candidate) => path === candidate || path.startsWith(`${candidate}/`));
    return folder === undefined ? undefined : mounts[folder] + path.slice(folder.length);
  };
  return {
    sees: (path) => mounted(path) !== undefined,
    read(path) {
      const here = mounted(path);
      return here === undefined ? undefined : ifThere(() => readFileSync(here)) ?? refuseBrokenLink(path, here);
    },
    list(folder) {
      const here = mounted(folder);
      return here === undefined ? [] : ifThere(() => readdirSync(here).sort()) ?? [];
    },
  };
}

/** The same files with some of them replaced; undefined removes a file. */
export function withFiles(files: HostFiles, changes: ReadonlyMap<string, Buffer | undefined>): HostFiles {
  return {
    sees: (path) => files.sees(path),
    read: (path) => changes.has(path) ? changes.get(path) : files.read(path),
    list(folder) {
      const names = new Set(files.list(folder));
      for (const [path, content] of changes) {
        const slash = path.lastIndexOf('/');
        if (path.slice(0, slash) !== folder) continue;
        if (content) names.add(path.slice(slash + 1)); else names.delete(path.slice(slash + 1));
      }
      return [...names].sort();
    },
  };
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A link that leads nowhere from here may lead somewhere on the host: taken for an absent file it would be replaced. */
function refuseBrokenLink(path: string, here: string): undefined {
  let target: string;
  try {
    target = readlinkSync(here);
  } catch {
    return undefined;
  }
  throw new Refusal(`${path} is a link to ${target}, which the installer cannot see: put a regular file in its place`);
}
