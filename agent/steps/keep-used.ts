import { log } from '../log';
import { RunningPod } from '../node';
import { NotYet } from '../not-yet';
import { Run, Step } from '../transaction';

/** So many Pods of a handler are named. */
const NAMED = 5;

/**
 * A container runtime that no longer has a Pod's handler neither restarts the Pod's containers nor lets anybody into
 * them. So a handler that is not planned any more stays as long as Pods run on it, and where everything is to be taken
 * back, nothing is before the last of them has ended.
 */
export const keepUsed: Step = {
  name: 'keep',
  async apply(run) {
    const used = await usedHandlers(run);
    if (used.size && run.plan.desiredState === 'ABSENT') {
      const which = [...used].map(([handler, pods]) => `handler ${handler} has ${list(pods)}`).join(', ');
      throw new NotYet(`nothing is taken back while containers of running Pods could not be restarted without it: ${which}; `
        + 'delete them or drain the node, and the next attempt takes everything back');
    }
    run.stillUsed = [...used.keys()];
    for (const [handler, pods] of used) {
      log('keep', `handler ${handler}`, `is no longer planned and stays while Pods run on it, now ${list(pods)}: the next run after they have ended removes it`);
    }
  },
};

/** A Pod may have started after the first look: then its handler comes back with all else that was written. */
export const requireUnused: Step = {
  name: 'keep',
  async apply(run) {
    if (!run.journal) return;
    const lost = [...await usedHandlers(run)].filter(([handler]) => !run.stillUsed.includes(handler));
    if (!lost.length) return;
    throw new NotYet(`${lost.map(([handler, pods]) => `${list(pods)} of handler ${handler}`).join(', ')} started while it was being removed`);
  },
};

/** The Pods of each handler that is installed here and not planned any more. */
async function usedHandlers({ node, plan, record }: Run): Promise<Map<string, RunningPod[]>> {
  const planned = plan.desiredState === 'PRESENT' ? plan.runtimes : [];
  const leaving = (record?.handlers ?? []).map(({ handler }) => handler).filter((handler) => planned.every((runtime) => runtime.handler !== handler));
  if (!leaving.length) return new Map();
  const running = await node.runningPods();
  return new Map(leaving.map((handler) => [handler, running.filter((pod) => pod.handler === handler)] as const).filter(([, pods]) => pods.length));
}

function list(pods: readonly RunningPod[]): string {
  const names = [...pods.slice(0, NAMED).map(({ namespace, name }) => `${namespace}/${name}`), ...(pods.length > NAMED ? ['...'] : [])];
  return `${pods.length} ${pods.length === 1 ? 'Pod' : 'Pods'} (${names.join(', ')})`;
}
