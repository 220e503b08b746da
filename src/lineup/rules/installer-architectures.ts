import { artifactArchitectures } from '../../installer/install-plan';
import { ARCH_LABEL } from '../../installer/node-architectures';
import { listAt, textAt } from '../manifest';
import { isNear } from '../near';
import type { Rule } from '../rule';

const TERMS = ['spec', 'template', 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'];

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
          field: ['spec', 'template', 'spec', 'nodeSelector', ARCH_LABEL],
          message: `nodeSelector asks for nodes with ${ARCH_LABEL} "${ofPool}", and ${has}; write one of these`,
        };
        continue;
      }
      const terms = listAt(object, ...TERMS);
      const found = terms.length ? terms.map(architecturesOf) : [[]];
      const strange = found.find((architectures) => architectures.some((one) => !known.includes(one)))
        ?? found.find((architectures) => !architectures.length);
      if (!strange) continue;
      yield {
        object,
        field: TERMS,
        // Where nothing is said, all nodes of the cluster may be of one architecture.
        severity: strange.length || misspelled(terms) ? 'error' : 'warning',
        message: `the node affinity asks for nodes with ${strange.length ? `${ARCH_LABEL} ${strange.join(', ')}` : `any ${ARCH_LABEL}`}, and ${has}; on others the installer fails, and no other node gets its turn: `
          + `write "${ARCH_LABEL} In [${known.join(', ')}]"`,
      };
    }
  },
};

/** The architectures that a term leaves, with all that it says of them; none where it leaves all. */
function architecturesOf(term: unknown): string[] {
  const given = listAt(term, 'matchExpressions').filter((one) => textAt(one, 'key') === ARCH_LABEL && textAt(one, 'operator') === 'In')
    .map((expression) => listAt(expression, 'values').map(String));
  return (given[0] ?? []).filter((architecture) => given.every((values) => values.includes(architecture)));
}

function misspelled(terms: readonly unknown[]): boolean {
  return terms.some((term) => listAt(term, 'matchExpressions').some((one) => isNear(textAt(one, 'key') ?? '', ARCH_LABEL)));
}
