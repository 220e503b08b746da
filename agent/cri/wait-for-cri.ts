import { setTimeout as sleep } from 'node:timers/promises';
import { CriClient, CriStatus } from './cri-client';
import { GRPC_STATUS, GrpcError } from './grpc-client';

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
  let last: string | undefined;
  try {
    for (;;) {
      const callMs = Math.max(1, Math.min(CALL_MS, deadline - performance.now()));
      try {
        const status = await cri.status(callMs);
        const reason = notReady(status);
        if (reason === undefined) return status;
        last = reason;
      } catch (error) {
        // A call that only our own limit cut short says less than the one before it.
        if (callMs === CALL_MS || last === undefined || !isDeadlineExceeded(error)) last = (error as Error).message;
      }
      if (performance.now() + POLL_MS >= deadline) throw new Error(`the CRI at ${socket} was not ready within ${timeoutMs} ms: ${last}`);
      await sleep(POLL_MS);
    }
  } finally {
    cri.close();
  }
}

function notReady({ conditions }: CriStatus): string | undefined {
  const ready = conditions.find(({ type }) => type === 'RuntimeReady');
  if (!ready) return 'it reports no RuntimeReady condition';
  return ready.status ? undefined : `RuntimeReady is false: ${ready.message || ready.reason || 'without a reason'}`;
}

function isDeadlineExceeded(error: unknown): boolean {
  return error instanceof GrpcError && error.code === GRPC_STATUS.DEADLINE_EXCEEDED;
}
