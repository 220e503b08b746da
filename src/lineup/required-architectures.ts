import { listAt, textAt } from './manifest';
import { ARCH_LABEL } from '../platform/arch-label';

/** From a Pod's spec to the terms of its required node affinity, of which one has to fit. */
export const REQUIRED_TERMS = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'];

/** The architectures that each term leaves, with all that it says of them; none where it leaves all. */
export function requiredArchitectures(podSpec: unknown): string[][] {
  return listAt(podSpec, ...REQUIRED_TERMS).map((term) => {
    const given = listAt(term, 'matchExpressions').filter((one) => textAt(one, 'key') === ARCH_LABEL && textAt(one, 'operator') === 'In')
      .map((expression) => listAt(expression, 'values').map(String));
    return (given[0] ?? []).filter((architecture) => given.every((values) => values.includes(architecture)));
  });
}
