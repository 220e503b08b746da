import { CompatibilityRule } from '../../compatibility-rule';
import { inSecurityContexts, type PodRule } from '../../pod-rule';

const FIELDS = ['level', 'role', 'type', 'user'];

/** Pod -> shim: labels for SELinux. */
export const seLinuxOptions: PodRule = {
  id: CompatibilityRule.SELINUX_OPTIONS,
  about: '`seLinuxOptions`',
  gvisor: [
    {
      severity: 'error',
      reason: 'runsc refuses labelled processes (SELinux is not supported), so on nodes with SELinux the container does not start, and on others it has no effect',
      instead: 'leave it out',
      source: 'google/gvisor runsc/specutils/specutils.go, g3doc/user_guide/FAQ.md',
    },
  ],
  looks: inSecurityContexts({
    key: 'seLinuxOptions',
    given: (value) => (FIELDS.some((field) => value?.[field]) ? `seLinuxOptions is ${JSON.stringify(value)}` : undefined),
    cel: (it) => `(${FIELDS.map((field) => `has(${it}.${field})`).join(' || ')})`,
  }),
};
