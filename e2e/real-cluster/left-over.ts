import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLineOf } from './processes';
import { NODE_PREFIX } from '../node/namespaced-host';

/** What a run has left on the machine: each a kind, and what there is of it. What belongs to a run beside it does not count. */
export function leftOver(): Map<string, readonly string[]> {
  const mounts = lines('/proc/self/mountinfo');
  const hierarchies = mounts.filter(line => / - cgroup2? /.test(line)).map(line => line.split(' ')[4]);
  const ours = (names: readonly string[]) => names.filter(name => name.startsWith(NODE_PREFIX) && !inUse(name));
  return new Map([
    // A network namespace has no name here: it lives as long as a process that is in it.
    ['processes', children(process.pid).map(pid => `${pid} ${commandLineOf(pid)}`)],
    ['folders', ours(readdirSync(tmpdir()))],
    ['cgroups', hierarchies.flatMap(mount => ours(readdirSync(mount)).map(name => join(mount, name)))],
    ['mounts', mounts.filter(line => line.includes(NODE_PREFIX))],
    ['loop devices', readdirSync('/sys/block').filter(name => backingFile(name).includes(NODE_PREFIX))],
  ]);
}

/** Whether it belongs to another run, whose process lives. */
function inUse(name: string): boolean {
  const pidFile = join(tmpdir(), name, 'pid');
  if (!existsSync(pidFile)) return false;
  const pid = readFileSync(pidFile, 'utf8');
  return pid !== String(process.pid) && existsSync(`/proc/${pid}`);
}

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap(task => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
}

function backingFile(device: string): string {
  const file = `/sys/block/${device}/loop/backing_file`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split('\n');
}
