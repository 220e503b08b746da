import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> handler: the annotation that came before RuntimeClass. */
export const untrustedWorkload: PodRule = {
  id: CompatibilityRule.UNTRUSTED_WORKLOAD,
  about: 'annotation `io.kubernetes.cri.untrusted-workload: "true"`',
  gvisor: [
    {
      severity: 'error',
      reason: 'containerd refuses it together with a RuntimeClass',
      instead: 'leave it out: the RuntimeClass says it',
      source: 'containerd/containerd internal/cri/annotations/annotations.go',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'containerd refuses it together with a RuntimeClass',
      instead: 'leave it out: the RuntimeClass says it',
      source: 'containerd/containerd internal/cri/annotations/annotations.go',
    },
  ],
  looks: [{
    at: 'annotation',
    key: 'io.kubernetes.cri.untrusted-workload',
    given: (name, { annotations }) => (annotations[name] === 'true' ? `the annotation ${name} is true` : undefined),
    cel: (it) => `variables.annotations[${it}] == 'true'`,
  }],
};
