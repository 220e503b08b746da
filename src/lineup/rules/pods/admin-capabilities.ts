import { addedCapabilities } from '../../added-capabilities';
import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: capabilities end at the sandbox. */
export const adminCapabilities: PodRule = {
  id: CompatibilityRule.ADMIN_CAPABILITIES,
  about: 'capabilities `NET_ADMIN`, `SYS_ADMIN`, `SYS_MODULE`, `SYS_PTRACE`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'they hold in the sandbox only; iptables works in part',
      instead: 'leave them out if the host is meant',
      source: 'google/gvisor g3doc/user_guide/compatibility.md (iptables)',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'they hold in the virtual machine only',
      instead: 'leave them out if the host is meant',
      source: 'kata-containers docs/Limitations.md (privileged containers)',
    },
  ],
  looks: [{
    at: 'security',
    key: 'capabilities',
    given: ({ add }) => addedCapabilities(add, ['NET_ADMIN', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE']),
  }],
};
