import { ATTEMPTS } from './attempts';
import { otherOwner } from './record';
import { Refusal } from './refusal';
import { Run, StepFailure } from './transaction';
import { HandlerVerdict } from '../src/installer/install-plan';

/**
 * What `install` says at its end, which is what `kubectl describe pod` shows. A failure names the step, the cause, what
 * was restored and what to do.
 */
export function failedAttempt(error: Error, attempt: number): string {
  const step = error instanceof StepFailure ? ` at ${error.step.name}` : '';
  return `attempt ${attempt} of ${ATTEMPTS} failed${step}: ${error.message}; the next attempt comes by itself`;
}

/** Of a step for all handlers. */
export function failureOf(error: Error): Pick<HandlerVerdict, 'step' | 'reason'> {
  if (!(error instanceof StepFailure)) return { reason: error.message };
  const { cause, step: { name, remedy } } = error;
  // A refusal says itself what to do.
  return { step: name, reason: cause instanceof Refusal ? error.message : `${error.message}; ${remedy}` };
}

/** @param whole whether the run came to its end, and only some handlers could not be served. */
export function conclusion(handlers: readonly HandlerVerdict[], run: Run, whole: boolean): string {
  const { stillUsed, abandoned, record, plan } = run;
  const outcomes = handlers.map(({ handler, verdict, step, reason }) => {
    const outcome = `${handler} ${verdict}${step ? ` at ${step}` : ''}${reason ? `: ${reason}` : ''}`;
    if (verdict === 'ready' || !whole) return outcome;
    const former = record?.handlers.find((installed) => installed.handler === handler);
    return `${outcome} (${former ? `its release ${former.release} stays as it was` : 'nothing of it is in the configuration of this node'})`;
  });
  const kept = stillUsed.map((handler) => `${handler} stays while Pods run on it`);
  const lost = [...abandoned].map(([handler, pods]) => `${handler} was taken back from under ${pods}, which have to be deleted`);
  const again = handlers.some(({ verdict }) => verdict === 'failed') ? ['when that is put right, delete this Pod of the installer: the next one tries again'] : [];
  const owner = otherOwner(run);
  const nothing = owner === undefined ? 'everything was taken back' : `nothing of ${plan.installer} is on this node, which belongs to ${owner}`;
  return [...outcomes, ...kept, ...lost, ...again].join('; ') || nothing;
}
