import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** PID 1 of a namespace as the machine sees it: the first child of the `unshare` that made it; undefined once it has ended. */
export function pidOne(unshare: ChildProcess | undefined): number | undefined {
  if (unshare?.pid === undefined) return undefined;
  try {
    return Number(readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8').trim().split(' ')[0]) || undefined;
  } catch {
    return undefined;
  }
}
