/** What a shell says of a process that ended by SIGTERM. */
const TERMINATED = 143;

/**
 * Ends this process at SIGTERM. The first process of a container does not even get that signal unless it listens, and
 * the kubelet would wait for the whole grace period. Only for what may end at any moment.
 */
export function endWhenTold(process: Pick<NodeJS.Process, 'once' | 'exit'>): void {
  process.once('SIGTERM', () => process.exit(TERMINATED));
}
