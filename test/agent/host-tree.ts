import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Everything below a folder: path to permissions and content, for comparing two states of a host. */
export function hostTree(root: string, path = '/'): { [path: string]: string } {
  const at = join(root, path);
  const stats = lstatSync(at);
  const mode = (stats.mode % 0o10000).toString(8);
  if (stats.isSymbolicLink()) return { [path]: `link to ${readlinkSync(at)}` };
  if (!stats.isDirectory()) return { [path]: `${mode} ${readFileSync(at, 'utf8')}` };
  return Object.assign({ [path]: mode }, ...readdirSync(at).sort().map((name) => hostTree(root, join(path, name)))) as { [path: string]: string };
}

/** Inode and time of the last change of all below a folder: equal only if nothing was written. */
export function untouched(root: string, path = '/'): { [path: string]: string } {
  const at = join(root, path);
  const stats = lstatSync(at, { bigint: true });
  const below = stats.isDirectory() ? readdirSync(at).sort().map((name) => untouched(root, join(path, name))) : [];
  return Object.assign({ [path]: `${stats.ino} ${stats.mtimeNs} ${stats.ctimeNs}` }, ...below) as { [path: string]: string };
}
