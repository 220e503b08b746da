import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> node: past the scheduler. */
export const nodeName: PodRule = {
  id: CompatibilityRule.NODE_NAME,
  about: '`nodeName`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'it bypasses the scheduler, so nothing checks that the RuntimeClass is served on that node',
      instead: 'select the node by the label kubernetes.io/hostname (SandboxedPod: hostnames)',
      source: 'kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'it bypasses the scheduler, so nothing checks that the RuntimeClass is served on that node',
      instead: 'select the node by the label kubernetes.io/hostname (SandboxedPod: hostnames)',
      source: 'kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node',
    },
  ],
  looks: [{ at: 'pod', key: 'nodeName', given: (name, { live }) => (name && !live ? `nodeName is ${name}` : undefined) }],
};
