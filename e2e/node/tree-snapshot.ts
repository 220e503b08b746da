import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestNode } from './test-node';

/** Inode, size, mode and times of everything below these folders of the node: equal only where nothing was written. */
export function treeSnapshot(node: TestNode, ...folders: string[]): Record<string, string> {
  const entries: Record<string, string> = {};
  const visit = (path: string) => {
    const stat = lstatSync(node.path(path), { bigint: true });
    entries[path] = `inode ${stat.ino} mode ${stat.mode.toString(8)} size ${stat.size} mtime ${stat.mtimeNs} ctime ${stat.ctimeNs}`;
    if (stat.isDirectory()) for (const name of readdirSync(node.path(path)).sort()) visit(join(path, name));
  };
  for (const folder of folders) if (existsSync(node.path(folder))) visit(folder);
  return entries;
}
