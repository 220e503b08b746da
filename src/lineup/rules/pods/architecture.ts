import { ARCH_LABEL } from '../../../platform/arch-label';
import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';


/** Pod -> node: the processor. */
export const architecture: PodRule = {
  id: CompatibilityRule.ARCHITECTURE,
  about: `\`${ARCH_LABEL}\` of a processor that there is no runtime for`,
  gvisor: [
    {
      severity: 'error',
      reason: 'there is no program of the runtime for this processor',
      instead: 'select an architecture that the runtime has',
      source: 'google/gvisor g3doc/user_guide/install.md (x86_64 and ARM64)',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'there is no program of the runtime for this processor',
      instead: 'select an architecture that the runtime has',
      source: 'kata-containers tools/packaging/kata-deploy/shim-components.json',
      when: { text: 'where the shim is known', holds: ({ architectures }) => architectures.length > 0 },
    },
  ],
  looks: [{
    at: 'pod',
    key: 'nodeSelector',
    given: (labels, _, { architectures }) => (
      labels?.[ARCH_LABEL] !== undefined && !architectures.includes(labels[ARCH_LABEL]) ? `it selects ${ARCH_LABEL}: ${labels[ARCH_LABEL]} (the runtime has ${architectures.join(', ')})` : undefined
    ),
    cel: (it, { architectures }) => `('${ARCH_LABEL}' in ${it} && !(${it}['${ARCH_LABEL}'] in [${architectures.map((arch) => `'${arch}'`).join(', ')}]))`,
  }],
};
