import { HANDLER_LABEL_PREFIX, handlerLabel } from '../../installer/handler-label';
import type { RuntimeClass } from '../line-up-index';
import type { Rule } from '../rule';

const READY = 'ready';

/** RuntimeClass -> node label: the class selects exactly the label that the gate sets once the handler is proven. */
export const readinessLabel: Rule = {
  id: 'readiness-label',
  *check({ classes, runtimes }) {
    const gates = new Map<string, Set<boolean>>();
    for (const { installer, plan, runtime: { handler, label } } of runtimes) {
      if (label !== handlerLabel(handler)) {
        yield {
          object: installer.daemonSet,
          message: `the plan's node label of the handler "${handler}" is "${label}"; the label of that handler is "${handlerLabel(handler)}"`,
        };
      }
      gates.set(handler, (gates.get(handler) ?? new Set()).add(plan.gate !== undefined && plan.gate.startupTaint === undefined));
    }
    for (const runtimeClass of [...classes.values()].flat()) {
      const problem = wrongSelector(runtimeClass, gates.get(runtimeClass.handler));
      if (problem) {
        const { key, message } = problem;
        yield { object: runtimeClass.object, field: ['scheduling', 'nodeSelector', ...(key === undefined ? [] : [key])], message };
      }
    }
  },
};

/** @param gates whether the installers of the class's handler let it select by their label; undefined if there is no installer */
function wrongSelector(
  { handler, nodeSelector }: RuntimeClass, gates: ReadonlySet<boolean> | undefined,
): { readonly key?: string; readonly message: string } | undefined {
  const label = handlerLabel(handler);
  const other = [...nodeSelector.keys()].find((key) => key.startsWith(HANDLER_LABEL_PREFIX) && key !== label);
  // A handler that nothing installs has no label at all, which is the matter of another rule.
  if (other && gates) {
    return { key: other, message: `scheduling.nodeSelector has "${other}", the label of another handler; write "${label}: ${READY}" for the handler "${handler}"` };
  }
  const given = nodeSelector.get(label);
  if (gates?.has(true) && !gates.has(false) && given === undefined) {
    return {
      message: `scheduling.nodeSelector is {${[...nodeSelector.keys()].join(', ')}} and lacks the label that the installer sets, so Pods reach nodes where the handler is not proven; `
        + `write "${label}: ${READY}"`,
    };
  }
  if (gates?.has(false) && given !== undefined) {
    return {
      key: label,
      message: `scheduling.nodeSelector has "${label}", which nodes do not have before the handler is proven (startup taint) or never get (no readiness gate), so that none can be foreseen; select the node pool instead`,
    };
  }
  return given === undefined || given === READY ? undefined
    : { key: label, message: `scheduling.nodeSelector asks for "${label}: ${given}"; a proven node has the value ${READY}` };
}
