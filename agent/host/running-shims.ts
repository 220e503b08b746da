import { dirname, join } from 'node:path';
import { Host } from './host';

/**
 * The shims of the Pods that run on this node, by path: containerd notes in each task's folder which binary it
 * started, below its state folder. Undefined where a task does not say so, and then every release has to be taken as used.
 */
export function runningShims(host: Host, criSocket: string, state = dirname(criSocket)): string[] | undefined {
  const tasks = join(state, 'io.containerd.runtime.v2.task', 'k8s.io');
  const shims = new Set<string>();
  for (const task of host.list(tasks)) {
    const shim = host.read(join(tasks, task, 'shim-binary-path'))?.toString().trim();
    if (shim) shims.add(shim);
    // On containerd 2.x a container that its sandbox's shim runs names that sandbox, which has a folder of its own.
    else if (host.read(join(tasks, task, 'sandbox')) === undefined) return undefined;
  }
  return [...shims].sort();
}
