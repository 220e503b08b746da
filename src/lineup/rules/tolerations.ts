import type { RuntimeClass } from '../line-up-index';
import type { Toleration } from '../pod-view';
import type { Rule } from '../rule';

/** Taints that say how a node is doing or what it is for besides; no pool is reserved by them. */
const NODE_STATE = ['node.kubernetes.io/', 'node-role.kubernetes.io/', 'node.cloudprovider.kubernetes.io/'];

/** Pod -> node: the class lets its Pods onto every pool that its handler is installed on. */
export const tolerations: Rule = {
  id: 'tolerations',
  *check({ classes, runtimes }) {
    for (const runtimeClass of [...classes.values()].flat()) {
      for (const { installer, plan, runtime } of runtimes) {
        if (runtime.handler !== runtimeClass.handler) {
          continue;
        }
        const startupTaint = plan.gate?.startupTaint;
        const through = runtimeClass.tolerations.find(({ key }) => key === undefined || key === startupTaint);
        if (startupTaint !== undefined && through) {
          yield {
            object: runtimeClass.object,
            field: ['scheduling', 'tolerations', runtimeClass.tolerations.indexOf(through)],
            message: `the class tolerates ${show(through)}, so its Pods reach nodes of ${installer.name} before their handlers are proven and the startup taint `
              + `"${startupTaint}" is lifted; leave it out of scheduling.tolerations`,
          };
        }
        for (const toleration of installer.pod.tolerations.filter(({ key }) => key !== startupTaint)) {
          if (ofPool(toleration) && !covered(toleration, runtimeClass)) {
            yield {
              object: runtimeClass.object,
              field: ['scheduling', 'tolerations'],
              message: `${installer.name} tolerates the taint ${show(toleration)} of its pool, but the class does not, so its Pods never get there; `
                + `add the toleration to scheduling.tolerations, which has ${runtimeClass.tolerations.map(show).join(' and ') || 'none'}`,
            };
          }
        }
      }
    }
  },
};

/** Whether the toleration is for a taint of the pool itself. One without a key is for any taint, and names none. */
function ofPool({ key }: Toleration): boolean {
  return key !== undefined && !NODE_STATE.some((prefix) => key.startsWith(prefix));
}

/** Whether some toleration of the class is at least as wide. */
function covered(wanted: Toleration, { tolerations: given }: RuntimeClass): boolean {
  return given.some(({ key, operator, value, effect }) => (
    (key === undefined ? operator === 'Exists' : key === wanted.key)
    && (operator === 'Exists' || (wanted.operator === 'Equal' && value === wanted.value))
    && (effect === undefined || effect === wanted.effect)
  ));
}

function show({ key, operator, value, effect }: Toleration): string {
  return `"${key ?? '(any)'}${operator === 'Exists' ? '' : `=${value}`}${effect === undefined ? '' : `:${effect}`}"`;
}
