import { hasLabels } from '../node-view';
import type { Rule } from '../rule';

/** Nodes that messages list by name. */
const LISTED = 3;

/** RuntimeClass -> nodes of a live cluster: there are nodes that the class selects, and they serve its handler. */
export const nodeHandler: Rule = {
  id: 'node-handler',
  *check({ classes, nodes, sandboxed }) {
    if (!nodes.length) {
      return;
    }
    for (const { object, name, handler, nodeSelector } of [...classes.values()].flat()) {
      const selected = nodes.filter((node) => hasLabels(node, nodeSelector));
      if (!selected.length) {
        yield {
          object,
          field: ['scheduling', 'nodeSelector'],
          // A class that nobody uses waits for its nodes as long as it likes.
          severity: sandboxed.has(name) ? 'error' : 'warning',
          message: `none of the ${nodes.length} nodes has the labels that the class selects ({${[...nodeSelector].map(([key, value]) => `${key}: ${value}`).join(', ')}}), `
            + 'so its Pods stay Pending; look at the labels with "kubectl get nodes --show-labels"',
        };
        continue;
      }
      const without = selected.filter(({ handlers }) => handlers && !handlers.has(handler));
      if (without.length) {
        const listed = without.slice(0, LISTED).map((node) => node.name).join(', ');
        const served = [...new Set(without.flatMap(({ handlers }) => [...handlers ?? []]))].sort().join(', ');
        yield {
          object,
          field: ['handler'],
          message: `${without.length} of the ${selected.length} nodes that the class selects (${listed}${without.length > LISTED ? ', ...' : ''}) do not serve the handler "${handler}"; `
            + `their container runtimes serve ${served || 'only the default'}; install it there, or select only nodes that have it`,
        };
      }
    }
  },
};
