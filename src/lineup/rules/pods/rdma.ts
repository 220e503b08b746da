import { CompatibilityRule } from '../../compatibility-rule';
import { listAt } from '../../manifest';
import type { PodRule } from '../../pod-rule';

/** Pod -> devices: RDMA. */
export const rdma: PodRule = {
  id: CompatibilityRule.RDMA,
  about: '`rdma/*` in a Pod of several containers',
  gvisor: [
    {
      severity: 'error',
      reason: 'RDMA works in Pods of one container only',
      instead: 'leave the Pod with one container',
      source: 'google/gvisor g3doc/user_guide/rdma.md',
    },
  ],
  looks: [{
    at: 'resource',
    key: 'rdma/',
    given: (name, { spec }) => (listAt(spec, 'containers').length + listAt(spec, 'initContainers').length > 1 ? `it asks for ${name} and has several containers` : undefined),
    cel: () => 'variables.spec.containers.size() + variables.spec.?initContainers.orValue([]).size() > 1',
  }],
};
