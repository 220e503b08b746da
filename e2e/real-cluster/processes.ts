import { readdirSync, readFileSync } from 'node:fs';

/** Processes in a cgroup with this in its path, by their ids outside of all namespaces. */
export function processesInCgroup(name: string): number[] {
  return readdirSync('/proc').filter(entry => /^\d+$/.test(entry)).map(Number).filter(pid => readProcess(pid, 'cgroup').includes(name));
}

export function commandLineOf(pid: number): string {
  return readProcess(pid, 'cmdline').split('\0').filter(Boolean).join(' ');
}

/** A file of a process; empty where it has ended meanwhile. */
export function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
