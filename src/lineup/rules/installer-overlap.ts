import type { Installer } from '../installer';
import type { Rule } from '../rule';

/** Installer -> node: a node belongs to one installer, so no two may select the same. */
export const installerOverlap: Rule = {
  id: 'installer-overlap',
  *check({ installers }) {
    for (const [position, one] of installers.entries()) {
      for (const other of installers.slice(position + 1)) {
        if (!apart(one, other)) {
          yield {
            object: other.daemonSet,
            field: ['spec', 'template', 'spec', 'nodeSelector'],
            message: `${one.name} (${pool(one)}) and ${other.name} (${pool(other)}) can select the same node, and a node belongs to one installer; `
              + 'give both a nodeSelector with the same key and different values, or one installer to all runtimes',
          };
        }
      }
    }
  },
};

/** Whether no node can have the labels of both. */
export function apart(one: Installer, other: Installer): boolean {
  return [...one.pod.nodeSelector].some(([key, value]) => {
    const otherValue = other.pod.nodeSelector.get(key);
    return otherValue !== undefined && otherValue !== value;
  });
}

/** How messages call the nodes of an installer. */
export function pool({ pod }: Installer): string {
  return [...pod.nodeSelector].map(([key, value]) => `${key}=${value}`).join(', ') || 'every node';
}
