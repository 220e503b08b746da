import { artifactArchitectures } from '../../installer/install-plan';
import { ARCH_LABEL } from '../../platform/arch-label';
import { listAt, textAt, valueAt } from '../manifest';
import { isNear } from '../near';
import { REQUIRED_TERMS, requiredArchitectures } from '../required-architectures';
import type { Rule } from '../rule';

const POD_SPEC = ['spec', 'template', 'spec'];

/** Installer -> nodes: its Pods come to nodes of the architectures that its runtimes exist for, and to no others. */
export const installerArchitectures: Rule = {
  id: 'installer-architectures',
  *check({ installers }) {
    for (const { daemonSet: object, pod, plan } of installers) {
      if (!plan?.runtimes.length || plan.desiredState === 'ABSENT') continue;
      const known = [...new Set(plan.runtimes.flatMap(({ artifact }) => artifactArchitectures(artifact)))].sort();
      const has = `the plan has releases for ${known.join(', ')}`;
      const ofPool = pod.nodeSelector.get(ARCH_LABEL);
      if (ofPool !== undefined) {
        if (known.includes(ofPool)) continue;
        yield {
          object,
          field: [...POD_SPEC, 'nodeSelector', ARCH_LABEL],
          message: `nodeSelector asks for nodes with ${ARCH_LABEL} "${ofPool}", and ${has}; write one of these`,
        };
        continue;
      }
      const podSpec = valueAt(object, ...POD_SPEC);
      const terms = requiredArchitectures(podSpec);
      const found = terms.length ? terms : [[]];
      const strange = found.find((architectures) => architectures.some((one) => !known.includes(one)))
        ?? found.find((architectures) => !architectures.length);
      if (!strange) continue;
      yield {
        object,
        field: [...POD_SPEC, ...REQUIRED_TERMS],
        // Where nothing is said, all nodes of the cluster may be of one architecture.
        severity: strange.length || misspelled(podSpec) ? 'error' : 'warning',
        message: `the node affinity asks for nodes with ${strange.length ? `${ARCH_LABEL} ${strange.join(', ')}` : `any ${ARCH_LABEL}`}, and ${has}; on others the installer fails, and no other node gets its turn: `
          + `write "${ARCH_LABEL} In [${known.join(', ')}]"`,
      };
    }
  },
};

function misspelled(podSpec: unknown): boolean {
  return listAt(podSpec, ...REQUIRED_TERMS).some((term) => listAt(term, 'matchExpressions').some((one) => isNear(textAt(one, 'key') ?? '', ARCH_LABEL)));
}
