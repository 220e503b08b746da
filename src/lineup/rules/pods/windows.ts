import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

const OS = 'kubernetes.io/os';

/** Pod -> node: the operating system. */
export const windows: PodRule = {
  id: CompatibilityRule.WINDOWS,
  about: 'Windows',
  gvisor: [
    {
      severity: 'error',
      reason: 'sandboxes are for Linux',
      instead: 'leave it out',
      source: 'google/gvisor g3doc/user_guide/install.md',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'sandboxes are for Linux',
      instead: 'leave it out',
      source: 'kata-containers README.md',
    },
  ],
  looks: [
    { at: 'pod', key: 'os', given: (os) => (os?.name === 'windows' ? 'os.name is windows' : undefined), cel: (it) => `${it}.name == 'windows'` },
    {
      at: 'pod',
      key: 'nodeSelector',
      given: (labels) => (labels?.[OS] === 'windows' ? `it selects ${OS}: windows` : undefined),
      cel: (it) => `('${OS}' in ${it} && ${it}['${OS}'] == 'windows')`,
    },
  ],
};
