import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> devices: RDMA. */
export const rdma: PodRule = {
  id: CompatibilityRule.RDMA,
  about: '`rdma/*`',
  gvisor: [
    {
      severity: 'error',
      reason: 'gVisor gives RDMA only to the first container of a sandbox, which in Kubernetes is the pause container, and never to those of the Pod',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'google/gvisor g3doc/user_guide/rdma.md (single-container sandboxes only)',
    },
  ],
  looks: [{ at: 'resource', key: 'rdma/', given: (name) => `it asks for ${name}`, cel: () => 'true' }],
};
