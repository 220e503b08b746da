import { tableFormats } from './installer';
import type { LineUpIndex } from './line-up-index';
import { describe } from './manifest';
import { otherName } from './others/other-installer';

/** The links from Pods down to their nodes. A link that is not there is undefined; an external class ends the chain. */
export interface Chain {
  /** Pod-bearing objects that ask for the class. */
  readonly pods: readonly string[];
  readonly runtimeClassName: string;
  readonly external: boolean;
  readonly handler?: string;
  /** `<namespace>/<DaemonSet>` that brings the handler to the nodes. */
  readonly installer?: string;
  /** Name of an installer of somebody else, or what else says that nodes have the handler; its tables and files cannot be seen. */
  readonly otherInstaller?: string;
  /** Node selector of the installer: the pool. */
  readonly pool?: readonly string[];
  /** Headers of the tables as the drop-ins spell them. */
  readonly tables: readonly string[];
  readonly shim?: string;
  readonly configFile?: string;
  readonly nodeLabels: readonly string[];
}

/** One chain for each class and installer, classes without Pods included. */
export function* chains({ sandboxed, classes, runtimes, external, others, nodes, externalHandlers }: LineUpIndex): Generator<Chain> {
  for (const name of [...new Set([...sandboxed.keys(), ...classes.keys()])].sort()) {
    const [runtimeClass] = classes.get(name) ?? [];
    const handler = runtimeClass?.handler;
    const start = {
      pods: (sandboxed.get(name) ?? []).map(({ object }) => describe(object)).sort(),
      runtimeClassName: name,
      external: !runtimeClass && external.has(name),
      handler,
      nodeLabels: labelTexts(runtimeClass?.nodeSelector),
    };
    const serving = runtimes.filter(({ runtime }) => runtimeClass && runtime.handler === handler);
    for (const { installer, plan, tables } of serving) {
      const found = tableFormats(plan).flatMap((format) => {
        const table = tables[format];
        return typeof table === 'object' ? [table] : [];
      });
      const [table] = found;
      yield {
        ...start,
        installer: installer.name,
        pool: labelTexts(installer.pod.nodeSelector),
        tables: found.map(({ path }) => path),
        shim: table?.shim,
        configFile: table?.configPath,
      };
    }
    if (!serving.length) {
      const other = handler === undefined ? undefined : others.find(({ handlers }) => handlers.has(handler));
      const otherInstaller = other ? otherName(other)
        : handler !== undefined && externalHandlers.has(handler) ? 'somebody else, as declared'
          : handler !== undefined && nodes.some(({ handlers }) => handlers?.has(handler)) ? 'somebody else; nodes serve it' : undefined;
      yield { ...start, ...(otherInstaller === undefined ? {} : { otherInstaller }), tables: [] };
    }
  }
}

function labelTexts(labels: ReadonlyMap<string, string> = new Map()): string[] {
  return [...labels].map(([key, value]) => `${key}=${value}`);
}
