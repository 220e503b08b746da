import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: processes stay in the sandbox. */
export const hostPid: PodRule = {
  id: CompatibilityRule.HOST_PID,
  about: '`hostPID: true`',
  gvisor: [
    {
      severity: 'error',
      reason: 'it shows the processes of the sandbox and never those of the host',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'google/gvisor runsc/boot/loader.go',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'it shows the processes of the virtual machine and never those of the host',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'kata-containers src/runtime/virtcontainers/kata_agent.go (handlePidNamespace)',
    },
  ],
  looks: [{ at: 'pod', key: 'hostPID', given: (value) => (value === true ? 'hostPID is true' : undefined), cel: (it) => `${it} == true` }],
};
