import { dirname, join, normalize, relative } from 'node:path/posix';
import { TarEntry } from './tar';
import { Refusal } from '../refusal';

/**
 * The path that an entry of this name gets in the unpacked folder, without `./` and the slash of a folder; undefined
 * for what lies outside of `root`, the folder of the archive that is unpacked.
 */
export function entryPath(name: string, root?: string): string | undefined {
  const parts = name.split('/');
  if (name === '' || name.startsWith('/') || parts.includes('..') || name.includes('\0')) {
    throw new Refusal(`the archive has an entry outside of its folder: ${JSON.stringify(name)}`);
  }
  const path = normalize(name).replace(/\/$/, '');
  if (root === undefined) return path;
  if (path === root) return '.';
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

/**
 * The target of a symbolic link that stays in the folder. `..` may only come first: the link itself lies in a real
 * folder, but a name in its target may be another link, and `..` after that would climb from where that one leads.
 * An absolute target below the folder that the archive was made for leads to the same place of the unpacked one.
 */
export function linkTarget(path: string, { name, link }: TarEntry, root?: string): string {
  const target = root === undefined ? link : relativeTo(dirname(path), link, `/${root}`);
  const parts = target.split('/').filter((part) => part !== '.' && part !== '');
  const climbsLate = parts.lastIndexOf('..') > parts.findIndex((part) => part !== '..') && parts.some((part) => part !== '..');
  const leadsTo = normalize(join(dirname(path), target));
  if (target === '' || target.startsWith('/') || climbsLate || leadsTo === '..' || leadsTo.startsWith('../')) {
    throw new Refusal(`the archive has a link that leaves its folder: ${name} -> ${link}`);
  }
  return target;
}

/** The path of the file that a hard link names, which it does by the file's name in the archive. */
export function hardLinkTarget({ name, link }: TarEntry, root?: string): string {
  const target = entryPath(link, root);
  if (target === undefined) throw new Refusal(`the archive has a link that leaves its folder: ${name} -> ${link}`);
  return target;
}

function relativeTo(folder: string, link: string, madeFor: string): string {
  if (link !== madeFor && !link.startsWith(`${madeFor}/`)) return link;
  return relative(join('/', folder), join('/', link.slice(madeFor.length))) || '.';
}
