import { readdirSync, readFileSync } from 'node:fs';

export interface ContainerMemory {
  /** Names of its processes, sorted. */
  readonly processes: readonly string[];
  /** What is resident of them, without what they share counted twice. */
  readonly kib: number;
}

/** Memory of the processes of a container that the kernel itself knows, as of runc. */
export function containerMemory(containerId: string): ContainerMemory {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name) && read(`/proc/${name}/cgroup`).includes(containerId));
  return {
    processes: pids.map(pid => read(`/proc/${pid}/comm`).trim()).sort(),
    kib: pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0), 0),
  };
}

/** Empty where the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
