import { setTimeout as sleep } from 'node:timers/promises';
import { CriClient, CriStatus } from './cri-client';

const POLL_MS = 50;
/** A daemon that is starting may accept a call and never answer it; then a fresh one is better than to wait on. */
const CALL_MS = 2_000;

/**
 * Waits until the CRI says that its runtime is ready. A unit that is `active` is no proof: with a broken CRI plugin
 * containerd runs on without it.
 *
 * @throws with the CRI's last answer.
 */
export async function waitForCri(socket: string, timeoutMs: number): Promise<CriStatus> {
  const deadline = performance.now() + timeoutMs;
  const cri = new CriClient(socket);
  try {
    for (;;) {
      const last = await status(cri, Math.max(1, Math.min(CALL_MS, deadline - performance.now())));
      if (typeof last !== 'string') return last;
      if (performance.now() + POLL_MS >= deadline) throw new Error(`the CRI at ${socket} was not ready within ${timeoutMs} ms: ${last}`);
      await sleep(POLL_MS);
    }
  } finally {
    cri.close();
  }
}

/** The status of a ready runtime, or why it is not ready. */
async function status(cri: CriClient, timeoutMs: number): Promise<CriStatus | string> {
  try {
    const answer = await cri.status(timeoutMs);
    const ready = answer.conditions.find(({ type }) => type === 'RuntimeReady');
    if (ready?.status) return answer;
    return ready ? `RuntimeReady is false: ${ready.message || ready.reason || 'without a reason'}` : 'it reports no RuntimeReady condition';
  } catch (error) {
    return (error as Error).message;
  }
}
