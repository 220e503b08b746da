import { log } from '../log';
import { RunningPod } from '../node';
import { NotYet } from '../not-yet';
import { Refusal } from '../refusal';
import { podNames } from '../running-pods';
import { Run, Step } from '../transaction';
import { waitingUntil } from '../waiting';

type UsedHandlers = ReadonlyMap<string, readonly RunningPod[]>;

/**
 * A container runtime that no longer has a Pod's handler neither restarts the Pod's containers nor lets anybody into
 * them. So a handler that is not planned any more stays as long as Pods run on it, and where everything is to be taken
 * back, nothing is before the last of them has ended or the plan's deadline says otherwise.
 */
export const keepUsed: Step = {
  name: 'keep',
  remedy: 'delete the Pods that are named, or drain the node',
  async apply(run) {
    const used = await usedHandlers(run);
    if (run.plan.desiredState === 'ABSENT') return waitForPods(run, used);
    run.stillUsed = [...used.keys()];
    for (const [handler, pods] of used) {
      log('keep', `handler ${handler}`, `is no longer planned and stays while Pods run on it, now ${podNames(pods)}: the next run after they have ended removes it`);
    }
  },
};

/** A Pod may have started after the first look: then its handler comes back with all else that was written. */
export const requireUnused: Step = {
  name: 'keep',
  remedy: 'delete the Pods that are named, or drain the node',
  async apply(run) {
    if (!run.journal) return;
    const lost = [...await usedHandlers(run)].filter(([handler]) => !run.stillUsed.includes(handler) && !run.abandoned.has(handler));
    if (!lost.length) return;
    throw new NotYet(`${lost.map(([handler, pods]) => `${podNames(pods)} of handler ${handler}`).join(', ')} started while it was being removed`);
  },
};

function waitForPods(run: Run, used: UsedHandlers): void {
  if (!used.size) return;
  const { plan, planHash, node } = run;
  const which = [...used].map(([handler, pods]) => `handler ${handler} has ${podNames(pods)}`).join(', ');
  const nothing = `nothing is taken back while containers of running Pods could not be restarted without it: ${which}`;
  if (!plan.deadline) throw new NotYet(`${nothing}; delete them or drain the node, and the next attempt takes everything back`);

  const { seconds, then } = plan.deadline;
  const end = waitingUntil(node.host, planHash, seconds);
  if (Date.now() < end.getTime()) {
    const after = then === 'FORCE' ? 'everything is taken back all the same' : 'this fails for good';
    throw new NotYet(`${nothing}; delete them or drain the node, and the next attempt takes everything back; after ${end.toISOString()} ${after}`);
  }
  if (then === 'FAIL') {
    throw new Refusal(`nothing was taken back, because Pods still run after the deadline of ${seconds} s: ${which}; delete them or drain the node`);
  }
  for (const [handler, pods] of used) {
    log('keep', `handler ${handler}`, `is taken back although ${podNames(pods)} run on it, because the deadline of ${seconds} s has passed: `
      + 'their containers run on, but can neither be restarted nor entered; delete those Pods');
  }
  run.abandoned = new Map([...used].map(([handler, pods]) => [handler, podNames(pods)]));
}

/** The Pods of each handler that is installed here and not planned any more. */
async function usedHandlers({ node, plan, record }: Run): Promise<UsedHandlers> {
  const planned = plan.desiredState === 'PRESENT' ? plan.runtimes : [];
  const leaving = (record?.handlers ?? []).map(({ handler }) => handler).filter((handler) => planned.every((runtime) => runtime.handler !== handler));
  if (!leaving.length) return new Map();
  const running = await node.runningPods();
  return new Map(leaving.map((handler) => [handler, running.filter((pod) => pod.handler === handler)] as const).filter(([, pods]) => pods.length));
}
