import { Host } from './host/host';
import { readStateIfAny } from './state-file';
import { HOST_LAYOUT } from '../src/installer/host-layout';

const ATTEMPTS_FILE = `${HOST_LAYOUT.state}/attempts.json`;

/** So often a plan is tried on a node before what failed is final; the kubelet waits longer and longer in between. */
export const ATTEMPTS = 5;

interface FailedAttempts {
  readonly planHash: string;
  readonly failed: number;
}

/** How often this plan has failed here since it last came to a verdict. */
export function failedAttempts(host: Host, planHash: string): number {
  const attempts = readStateIfAny<FailedAttempts>(host, ATTEMPTS_FILE);
  return attempts?.planHash === planHash ? attempts.failed : 0;
}

export function writeFailedAttempts(host: Host, attempts: FailedAttempts): void {
  host.write(ATTEMPTS_FILE, `${JSON.stringify(attempts)}\n`, 0o644);
}

export function forgetFailedAttempts(host: Host): void {
  host.remove(ATTEMPTS_FILE);
}
