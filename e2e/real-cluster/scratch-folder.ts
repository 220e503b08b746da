import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_PREFIX } from '../node/namespaced-host';

/** A folder that the next run removes, should this one be killed: it says whose it is, as a node's folder does. */
export function scratchFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${NODE_PREFIX}${purpose}-`));
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return folder;
}
