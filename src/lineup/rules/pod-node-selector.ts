import { valueAt } from '../manifest';
import { textMap } from '../pod-view';
import { ruledOut } from '../required-terms';
import type { Rule } from '../rule';

/**
 * Pod -> node: what the Pod itself asks of nodes does not contradict what its class selects. The API server refuses such a
 * nodeSelector, and with such an affinity the Pod stays Pending.
 */
export const podNodeSelector: Rule = {
  id: 'pod-node-selector',
  *check({ sandboxed, classes }) {
    for (const [name, objects] of sandboxed) {
      const [runtimeClass] = classes.get(name) ?? [];
      if (!runtimeClass?.nodeSelector.size) {
        continue;
      }
      for (const { object, podSpec, podPath } of objects) {
        for (const [key, value] of textMap(podSpec, 'nodeSelector')) {
          const wanted = runtimeClass.nodeSelector.get(key);
          if (wanted !== undefined && wanted !== value) {
            yield {
              object,
              field: [...podPath, 'nodeSelector', key],
              message: `nodeSelector has "${key}: ${value}", but the RuntimeClass "${name}" selects "${key}: ${wanted}"; no node has both, so leave out the Pod's`,
            };
          }
        }
        const out = valueAt(podSpec, 'affinity') === undefined ? undefined : ruledOut(podSpec, runtimeClass.nodeSelector);
        if (out) {
          yield {
            object,
            field: [...podPath, 'affinity', 'nodeAffinity'],
            message: `the required nodeAffinity has "${out.expression}", but the RuntimeClass "${name}" selects "${out.key}: ${out.value}"; no node has both, so leave out the Pod's`,
          };
        }
      }
    }
  },
};
