import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> host: mounts do not leave a sandbox. */
export const mountPropagation: PodRule = {
  id: CompatibilityRule.MOUNT_PROPAGATION,
  about: '`mountPropagation: Bidirectional`',
  gvisor: [
    {
      severity: 'error',
      reason: 'runsc refuses shared mounts (root mount propagation option must specify private or slave), so the container does not start',
      instead: 'write HostToContainer, or leave it out',
      source: 'google/gvisor runsc/specutils/fs.go (validateRootfsPropagation), openkruise/agents#698',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'mounts that are made in the virtual machine do not reach the host',
      instead: 'write HostToContainer, or leave it out',
      source: 'mount_namespaces(7) (within one kernel; the guest has one of its own)',
    },
  ],
  looks: [{
    at: 'mount',
    key: 'mountPropagation',
    given: (value) => (value === 'Bidirectional' ? 'mountPropagation is Bidirectional' : undefined),
    cel: (it) => `${it} == 'Bidirectional'`,
  }],
};
