import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: IPC objects stay in the sandbox. */
export const hostIpc: PodRule = {
  id: CompatibilityRule.HOST_IPC,
  about: '`hostIPC: true`',
  gvisor: [
    {
      severity: 'error',
      reason: 'it shows the IPC objects of the sandbox and never those of the host',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'google/gvisor runsc/boot/loader.go, containerd/containerd#14131',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'it shows the IPC objects of the virtual machine and never those of the host',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'kata-containers src/runtime/virtcontainers/kata_agent.go (constrainGRPCSpec)',
    },
  ],
  looks: [{ at: 'pod', key: 'hostIPC', given: (value) => (value === true ? 'hostIPC is true' : undefined), cel: (it) => `${it} == true` }],
};
