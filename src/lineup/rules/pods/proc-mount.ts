import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> sandbox: `/proc` is the sandbox's own. */
export const procMount: PodRule = {
  id: CompatibilityRule.PROC_MOUNT,
  about: '`procMount: Unmasked`',
  gvisor: [
    {
      severity: 'warning',
      reason: '/proc is the one of the sandbox, in which nothing is masked anyway',
      instead: 'leave it out',
      source: 'containerd/containerd#14131, docs.cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods (incompatible features)',
    },
  ],
  looks: [{ at: 'security', key: 'procMount', given: (value) => (value === 'Unmasked' ? 'procMount is Unmasked' : undefined) }],
};
