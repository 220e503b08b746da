import type { RuntimeClass } from '../line-up-index';
import { isNear } from '../near';
import { otherName, type OtherInstaller } from '../others/other-installer';
import type { Rule } from '../rule';

/**
 * RuntimeClass -> node label, with an installer of somebody else: the class selects the label that this one sets where
 * it is done, as it spells it.
 */
export const othersLabel: Rule = {
  id: 'others-label',
  *check({ classes, others }) {
    for (const runtimeClass of [...classes.values()].flat()) {
      const serving = others.filter(({ handlers, classes: made }) => handlers.has(runtimeClass.handler) && !made.has(runtimeClass.name));
      const [first] = serving;
      if (!first || serving.some(({ labels }) => [...labels].some(([key, value]) => runtimeClass.nodeSelector.get(key) === value))) {
        if (first) {
          yield* misspelled(runtimeClass, first);
        }
        continue;
      }
      const [[key, value]] = first.labels;
      const near = [...runtimeClass.nodeSelector].find(([given]) => given === key || isNear(given, key));
      yield {
        object: runtimeClass.object,
        field: ['scheduling', 'nodeSelector', ...(near ? [near[0]] : [])],
        // Without it the class may still select a pool on which the installer is known to be done.
        severity: near ? 'error' : 'warning',
        message: `scheduling.nodeSelector ${near ? `has "${near[0]}: ${near[1]}"` : 'lacks the label of proven nodes'}, and ${otherName(first)} sets "${key}: ${value}" `
          + `on nodes that have the handler "${runtimeClass.handler}"; write "${key}: ${value}"`,
      };
    }
  },
};

/** Labels beside the right one that are almost another one of the installer. */
function* misspelled({ object, nodeSelector }: RuntimeClass, { labels, ...installer }: OtherInstaller) {
  for (const [given, value] of nodeSelector) {
    for (const [key, expected] of labels) {
      if (given === key ? value !== expected : !labels.has(given) && isNear(given, key)) {
        yield {
          object,
          field: ['scheduling', 'nodeSelector', given],
          message: `scheduling.nodeSelector has "${given}: ${value}", which ${otherName({ labels, ...installer })} never sets; write "${key}: ${expected}"`,
        };
      }
    }
  }
}
