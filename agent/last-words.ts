import { existsSync, writeFileSync } from 'node:fs';
import { POD_LAYOUT } from '../src/installer/pod-layout';

/** The kubelet takes no longer message, and cuts off its end. */
const LONGEST_BYTES = 4096;

/**
 * Leaves the container's termination message, which `kubectl describe pod` shows: the log of an init container that
 * was started again is gone, and where `install` ends with a verdict it ends well. Outside of Kubernetes there is no
 * such file, and nothing depends on it.
 */
export function lastWords(message: string, file: string = POD_LAYOUT.terminationLog): void {
  if (!existsSync(file)) return;
  try {
    writeFileSync(file, Buffer.from(message).subarray(0, LONGEST_BYTES));
  } catch { /* the log has it too */ }
}
