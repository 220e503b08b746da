import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> node: user namespaces are a feature of the handler. */
export const userNamespace: PodRule = {
  id: CompatibilityRule.USER_NAMESPACE,
  about: '`hostUsers: false`',
  gvisor: [
    {
      severity: 'error',
      reason: 'the kubelet refuses it where the node does not say that the handler has user namespaces, and containerd 2.3 and 2.4 say so and start no container in one',
      instead: 'leave it out: the sandbox runs in user namespaces of its own',
      source: 'google/gvisor#13303, containerd/containerd client/task.go (getRuncOptions), e2e/scenarios/gvisor-by-containerd.test.ts',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'the kubelet refuses it where the node does not say that the handler has user namespaces, and Kata was not seen saying so',
      instead: 'leave it out: the virtual machine has users of its own',
      source: 'kubernetes.io/docs/concepts/workloads/pods/user-namespaces, google/gvisor#13303',
    },
  ],
  looks: [{ at: 'pod', key: 'hostUsers', given: (value) => (value === false ? 'hostUsers is false' : undefined), cel: (it) => `${it} == false` }],
};
