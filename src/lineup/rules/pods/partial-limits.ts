import { CompatibilityRule } from '../../compatibility-rule';
import { listAt, valueAt } from '../../manifest';
import type { PodRule } from '../../pod-rule';

const RESOURCES = ['cpu', 'memory'];

/** Pod -> cgroup: limits of the Pod. */
export const partialLimits: PodRule = {
  id: CompatibilityRule.PARTIAL_LIMITS,
  about: 'limits of cpu or memory that only some containers have',
  gvisor: [
    {
      severity: 'warning',
      reason: 'only the Pod as a whole is limited, and it has a limit only if every container has one',
      instead: 'give every container the limit, or none',
      source: 'google/gvisor#8047, docs.cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods (incompatible features)',
    },
  ],
  looks: [{
    at: 'pod',
    key: 'containers',
    given: (value, { spec }) => {
      const containers = listAt(value);
      if (containers.length < 2) {
        return undefined;
      }
      const partial = RESOURCES.filter((resource) => {
        const limited = containers.filter((container) => valueAt(container, 'resources', 'limits', resource) !== undefined).length;
        return limited > 0 && limited < containers.length && valueAt(spec, 'resources', 'limits', resource) === undefined;
      });
      return partial.length ? `only some containers limit ${partial.join(' and ')}` : undefined;
    },
  }],
};
