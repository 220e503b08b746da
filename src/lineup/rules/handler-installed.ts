import { HANDLER_LABEL_PREFIX, handlerLabel } from '../../installer/handler-label';
import { OS_LABEL } from '../../platform/os-label';
import type { InstalledRuntime } from '../installer';
import type { RuntimeClass } from '../line-up-index';
import { isNear } from '../near';
import { otherName } from '../others/other-installer';
import type { Rule } from '../rule';

/** Handlers that nodes have without an installer. */
const DEFAULT_RUNTIMES = new Set(['runc', 'crun']);
/** Every sandbox runtime runs on Linux only, so every installer's pool has this label whether or not a class asks for it. */
const IMPLIED_LABEL = OS_LABEL;
const HANDLER = ['handler'];

/**
 * RuntimeClass -> handler on the nodes: whichever node the class selects, its handler was installed there. A class whose
 * handler is being taken back may stay, but nothing may use it.
 */
export const handlerInstalled: Rule = {
  id: 'handler-installed',
  *check({ classes, runtimes, sandboxed, judgesUnknown, others, nodes, externalHandlers }) {
    for (const { manifest, product, slips = [] } of others) {
      for (const [given, meant] of slips) {
        yield { object: manifest, message: `${product} is told of "${given}", which it cannot install; write "${meant}"` };
      }
    }
    for (const runtimeClass of [...classes.values()].flat()) {
      const { object, name, handler, nodeSelector } = runtimeClass;
      const serving = runtimes.filter(({ runtime }) => runtime.handler === handler);
      if (serving.length) {
        const pools = serving.filter(({ plan }) => plan.desiredState === 'PRESENT');
        if (!pools.length) {
          for (const user of sandboxed.get(name) ?? []) {
            yield { object: user.object, field: [...user.podPath, 'runtimeClassName'], message: taken(name, handler, serving) };
          }
          continue;
        }
        const message = unreached(runtimeClass, pools) ?? slip(runtimeClass, pools);
        if (message) {
          yield { object, field: ['scheduling', 'nodeSelector'], message };
        }
        continue;
      }
      if (others.some(({ handlers }) => handlers.has(handler)) || externalHandlers.has(handler)) {
        continue;
      }
      const ofFamily = others.find(({ family }) => family?.test(handler));
      if (ofFamily) {
        yield {
          object,
          field: HANDLER,
          message: `handler is "${handler}", but ${otherName(ofFamily)} installs only ${[...ofFamily.handlers].sort().join(', ') || 'none'}; `
            + 'write one of them, or tell it to install this one, too',
        };
        continue;
      }
      if (nodes.some(({ handlers }) => handlers?.has(handler))) {
        continue;
      }
      const label = [...nodeSelector.keys()].find((key) => key.startsWith(HANDLER_LABEL_PREFIX));
      const handlers = [...new Set([...runtimes.map(({ runtime }) => runtime.handler), ...others.flatMap((other) => [...other.handlers])])].sort();
      const installed = handlers.join(', ') || 'none';
      const near = handlers.find((other) => isNear(handler, other));
      if (label) {
        yield {
          object,
          field: HANDLER,
          message: `nothing here installs the handler "${handler}", so no node gets the label ${label} that the class selects; installed handlers are: ${installed}; `
            + 'write one of them, or add the installer to what is checked',
        };
      } else if (near !== undefined) {
        yield { object, field: HANDLER, message: `nothing here installs the handler "${handler}"; installed handlers are: ${installed}; write "${near}", or declare the handler` };
      } else if (judgesUnknown && !DEFAULT_RUNTIMES.has(handler)) {
        yield {
          object,
          field: HANDLER,
          severity: 'warning',
          message: `nothing here installs the handler "${handler}"; installed handlers are: ${installed}; `
            + 'if somebody else installs it, declare the class as external, or the handler',
        };
      }
    }
  },
};

function taken(name: string, handler: string, serving: readonly InstalledRuntime[]): string {
  const installers = serving.map(({ installer }) => installer.name).join(', ');
  return `runtimeClassName is "${name}", but its handler "${handler}" is being taken off its nodes (desiredState of ${installers} is ${serving[0].plan.desiredState}), `
    + 'by default once no Pod of it runs there; leave this out, or set desiredState to PRESENT';
}

/** Why the class selects nodes without the handler; undefined if it does not. */
function unreached({ handler, nodeSelector }: RuntimeClass, pools: readonly InstalledRuntime[]): string | undefined {
  const gated = nodeSelector.has(handlerLabel(handler));
  const reached = pools.some(({ installer: { pod } }) => [...pod.nodeSelector].every(([key, value]) => {
    const selected = nodeSelector.get(key);
    // With the gate's label only nodes that were proven are left, so the pool need not be spelled again.
    return selected === value || (selected === undefined && (gated || key === IMPLIED_LABEL));
  }));
  return reached ? undefined : `the class selects the nodes ${selector(nodeSelector)}, but the handler "${handler}" is installed only on `
    + `${pools.map(({ installer }) => `${selector(installer.pod.nodeSelector)} (${installer.name})`).join(' and ')}; make scheduling.nodeSelector agree with the pool`;
}

/** A label that the class selects and that is one letter off from one of the pool; undefined if there is none. */
function slip({ handler, nodeSelector }: RuntimeClass, pools: readonly InstalledRuntime[]): string | undefined {
  const labels = [handlerLabel(handler), IMPLIED_LABEL, ...pools.flatMap(({ installer }) => [...installer.pod.nodeSelector.keys()])];
  for (const given of nodeSelector.keys()) {
    const meant = labels.includes(given) ? undefined : labels.find((label) => isNear(given, label));
    if (meant !== undefined) {
      return `the class selects "${given}", which is no label of the nodes that the handler "${handler}" is installed on; write "${meant}"`;
    }
  }
  return undefined;
}

function selector(labels: ReadonlyMap<string, string>): string {
  return `{${[...labels].map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
}
