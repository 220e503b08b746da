import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Host } from '../../agent/host/host';
import { isNoExec } from '../../agent/host/mounts';

const MEMORY = '/dev/shm';
/** The agent wants room for a release before it starts. */
const LEAST_FREE_BYTES = 512 * 1024 * 1024;

/** A folder for thousands of short-lived hosts: in memory, where that is large enough and programs can be started from it. */
export function memoryFolder(): string {
  if (!existsSync(MEMORY) || isNoExec(new Host(), MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > LEAST_FREE_BYTES ? MEMORY : tmpdir();
}
