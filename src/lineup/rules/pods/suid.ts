import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: programs that raise privileges. */
export const suid: PodRule = {
  id: CompatibilityRule.SUID,
  about: '`allowPrivilegeEscalation: true`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'gVisor ignores SUID bits, so sudo and su do not work',
      instead: 'leave it out, or set allowSuid for the runtime',
      source: 'google/gvisor runsc/config/flags.go (allow-suid)',
      when: { text: 'unless the runtime has allow-suid', holds: ({ settings }) => settings['allow-suid'] !== 'true' },
    },
  ],
  looks: [{ at: 'security', key: 'allowPrivilegeEscalation', given: (value) => (value === true ? 'allowPrivilegeEscalation is true' : undefined) }],
};
