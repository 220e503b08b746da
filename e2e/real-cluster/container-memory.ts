import { processesInCgroup, readProcess } from './processes';

export interface ContainerMemory {
  /** Names of its processes, sorted. */
  readonly processes: readonly string[];
  /** What is resident of them, without what they share counted twice. */
  readonly kib: number;
}

/** Memory of the processes of a container that the kernel itself knows, as of runc. */
export function containerMemory(containerId: string): ContainerMemory {
  const pids = processesInCgroup(containerId);
  return {
    processes: pids.map(pid => readProcess(pid, 'comm').trim()).sort(),
    kib: pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0), 0),
  };
}
