import { CompatibilityRule } from '../../compatibility-rule';
import { inSecurityContexts, type PodRule } from '../../pod-rule';

const FIELDS = ['level', 'role', 'type', 'user'];

/** Pod -> sandbox: labels for SELinux. */
export const seLinuxOptions: PodRule = {
  id: CompatibilityRule.SELINUX_OPTIONS,
  about: '`seLinuxOptions`',
  gvisor: [
    {
      severity: 'error',
      reason: 'runsc refuses labelled processes (SELinux is not supported), so on nodes with SELinux the container does not start, and on others it has no effect',
      instead: 'leave it out',
      source: 'google/gvisor runsc/specutils/specutils.go (ValidateSpec), g3doc/user_guide/FAQ.md (SELinux is not supported)',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'the label is for the monitor of the virtual machine on the host, and the processes in the machine get none (disable_guest_selinux)',
      instead: 'leave it out if the processes of the containers are meant',
      source: 'kata-containers src/runtime/virtcontainers/kata_agent.go (constrainGRPCSpec), docs/design/architecture/README.md',
    },
  ],
  looks: inSecurityContexts({
    key: 'seLinuxOptions',
    given: (value) => (FIELDS.some((field) => value?.[field]) ? `seLinuxOptions is ${JSON.stringify(value)}` : undefined),
    cel: (it) => `(${FIELDS.map((field) => `has(${it}.${field})`).join(' || ')})`,
  }),
};
