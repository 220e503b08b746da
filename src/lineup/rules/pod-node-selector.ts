import { textMap } from '../pod-view';
import type { Rule } from '../rule';

/** Pod -> node: the Pod's own nodeSelector does not contradict that of its class, or the API server refuses the Pod. */
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
      }
    }
  },
};
