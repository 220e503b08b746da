import type { Rule } from '../rule';

/** Labels that only nodes of an autoscaler have. */
const AUTOSCALER = /^karpenter(\.[a-z0-9]+)*\.(sh|com|aws)\//;

/** Installer -> autoscaler: it has to foresee that a Pod fits a node that is not there yet. */
export const autoscaledPool: Rule = {
  id: 'autoscaled-pool',
  *check({ installers }) {
    for (const { daemonSet: object, pod, plan, name } of installers) {
      const label = [...pod.nodeSelector.keys()].find((key) => AUTOSCALER.test(key));
      if (label === undefined || !plan?.gate || plan.gate.startupTaint !== undefined) continue;
      yield {
        object,
        field: ['spec', 'template', 'spec', 'nodeSelector', label],
        message: `${name} selects nodes by "${label}", so an autoscaler makes them, and its RuntimeClass selects a label that nodes get only after they are there: no new node `
          + 'would ever fit a waiting Pod, and the pool would never grow from zero. Write readiness: ReadinessGate.startupTaint(), and give the pool that startup taint',
      };
    }
  },
};
