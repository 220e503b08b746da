import { OS_LABEL } from '../../../platform/os-label';
import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> node: the operating system. */
export const windows: PodRule = {
  id: CompatibilityRule.WINDOWS,
  about: 'Windows',
  gvisor: [
    {
      severity: 'error',
      reason: 'sandboxes are for Linux',
      instead: 'leave it out',
      source: 'google/gvisor g3doc/user_guide/install.md (Linux 5.6)',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'sandboxes are for Linux',
      instead: 'leave it out',
      source: 'kata-containers docs/design/virtualization.md (KVM)',
    },
  ],
  looks: [
    { at: 'pod', key: 'os', given: (os) => (os?.name === 'windows' ? 'os.name is windows' : undefined), cel: (it) => `${it}.name == 'windows'` },
    {
      at: 'pod',
      key: 'nodeSelector',
      given: (labels) => (labels?.[OS_LABEL] === 'windows' ? `it selects ${OS_LABEL}: windows` : undefined),
      cel: (it) => `('${OS_LABEL}' in ${it} && ${it}['${OS_LABEL}'] == 'windows')`,
    },
  ],
};
