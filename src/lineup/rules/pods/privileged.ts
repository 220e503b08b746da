import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: privileges end at the sandbox. */
export const privileged: PodRule = {
  id: CompatibilityRule.PRIVILEGED,
  about: '`privileged: true`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'it is all of root in the sandbox, and the devices of the host are not usable',
      instead: 'leave it out, and add the capabilities that are needed',
      source: 'containerd/containerd#14131, docs.cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods (incompatible features)',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'every device of the host is plugged into the virtual machine, since its runtime table lacks privileged_without_host_devices',
      instead: 'leave it out, or set privileged_without_host_devices = true in the table',
      source: 'kata-containers docs/how-to/privileged.md',
      when: { text: 'where privileged containers get the devices of the host', holds: ({ hostDevices }) => hostDevices === true },
    },
    {
      severity: 'warning',
      reason: 'it is all of root in the virtual machine',
      instead: 'leave it out, and add the capabilities that are needed',
      source: 'kata-containers docs/Limitations.md (privileged containers)',
    },
  ],
  looks: [{ at: 'security', key: 'privileged', given: (value) => (value === true ? 'privileged is true' : undefined), cel: (it) => `${it} == true` }],
};
