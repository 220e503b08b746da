import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

const ARCH = 'kubernetes.io/arch';

/** Pod -> node: the processor. */
export const architecture: PodRule = {
  id: CompatibilityRule.ARCHITECTURE,
  about: '`kubernetes.io/arch` of a processor that there is no runtime for',
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
      labels?.[ARCH] !== undefined && !architectures.includes(labels[ARCH]) ? `it selects ${ARCH}: ${labels[ARCH]} (the runtime has ${architectures.join(', ')})` : undefined
    ),
    cel: (it, { architectures }) => `('${ARCH}' in ${it} && !(${it}['${ARCH}'] in [${architectures.map((arch) => `'${arch}'`).join(', ')}]))`,
  }],
};
