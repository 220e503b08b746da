import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> cgroup: limits that nothing enforces. */
export const unenforcedLimits: PodRule = {
  id: CompatibilityRule.UNENFORCED_LIMITS,
  about: 'limits on a runtime with `ignore-cgroups`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'the runtime has ignore-cgroups, so nothing enforces limits',
      instead: 'leave ignoreCgroups out',
      source: 'google/gvisor runsc/config/flags.go (ignore-cgroups)',
      when: { text: 'where the runtime has ignore-cgroups', holds: ({ settings }) => settings['ignore-cgroups'] === 'true' },
    },
  ],
  looks: [{ at: 'container', key: 'resources', given: ({ limits }) => (limits && Object.keys(limits).length ? `it limits ${Object.keys(limits).join(' and ')}` : undefined) }],
};
