import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for each test, empty at its start and gone at the end of the file. */
export function scratchFolders(below = tmpdir()): () => string {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  return () => {
    const folder = mkdtempSync(join(below, 'agent-test-'));
    folders.push(folder);
    return folder;
  };
}
