import type { Installer } from '../../lineup/installer';
import { valueAt } from '../../lineup/manifest';
import { requiredArchitectures } from '../../lineup/required-architectures';
import { apart, pool } from '../../lineup/rules/installer-overlap';
import { ARCH_LABEL } from '../../platform/arch-label';

/** Whether a node may be selected now that was not before. */
export function selectsMore(before: Installer, now: Installer): boolean {
  const labels = [...before.pod.nodeSelector].filter(([key]) => key !== ARCH_LABEL);
  if (labels.some(([key, value]) => now.pod.nodeSelector.get(key) !== value)) {
    return true;
  }
  const [known, wanted] = [before, now].map(architectures);
  return known !== undefined && (wanted === undefined || wanted.some((one) => !known.includes(one)));
}

/** Whether a node may be selected by both. */
export function meet(one: Installer, other: Installer): boolean {
  const [ofOne, ofOther] = [one, other].map(architectures);
  return !apart(one, other) && (!ofOne || !ofOther || ofOne.some((each) => ofOther.includes(each)));
}

/** How the nodes of an installer are called, as `kubectl get nodes --selector` takes it. */
export function selection(installer: Installer): string {
  const wanted = installer.pod.nodeSelector.has(ARCH_LABEL) ? undefined : architectures(installer);
  return wanted ? [...installer.pod.nodeSelector.size ? [pool(installer)] : [], `${ARCH_LABEL} in (${wanted.join(', ')})`].join(', ') : pool(installer);
}

/** By nodeSelector or by the required affinity; undefined where it is all. */
function architectures({ pod, daemonSet }: Installer): readonly string[] | undefined {
  const ofPool = pod.nodeSelector.get(ARCH_LABEL);
  if (ofPool !== undefined) {
    return [ofPool];
  }
  const terms = requiredArchitectures(valueAt(daemonSet, 'spec', 'template', 'spec'));
  return terms.length && terms.every((term) => term.length) ? [...new Set(terms.flat())] : undefined;
}
