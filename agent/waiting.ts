import { Host } from './host/host';
import { readStateIfAny } from './state-file';
import { HOST_LAYOUT } from '../src/installer/host-layout';

const WAITING_FILE = `${HOST_LAYOUT.state}/waiting.json`;

interface Waiting {
  readonly planHash: string;
  /** By the node's clock, as its users read it. */
  readonly since: string;
}

/** Since when this plan waits on this node for Pods to end. Each attempt is a process of its own, so it is written down. */
function waitingSince(host: Host, planHash: string): Date {
  const waiting = readStateIfAny<Waiting>(host, WAITING_FILE);
  if (waiting?.planHash === planHash) return new Date(waiting.since);
  const since = new Date(Date.now());
  host.write(WAITING_FILE, `${JSON.stringify({ planHash, since: since.toISOString() })}\n`, 0o644);
  return since;
}

/** Until when it does. */
export function waitingUntil(host: Host, planHash: string, seconds: number): Date {
  return new Date(waitingSince(host, planHash).getTime() + seconds * 1000);
}

/** Another attempt waits the whole time again. */
export function forgetWaiting(host: Host): void {
  host.remove(WAITING_FILE);
}
