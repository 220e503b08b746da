import { tableFormats } from './installer';
import type { LineUpIndex } from './line-up-index';
import { describe } from './manifest';

/** The links from Pods down to their nodes. A link that is not there is undefined; an external class ends the chain. */
export interface Chain {
  /** Pod-bearing objects that ask for the class. */
  readonly pods: readonly string[];
  readonly runtimeClassName: string;
  readonly external: boolean;
  readonly handler?: string;
  /** `<namespace>/<DaemonSet>` that brings the handler to the nodes. */
  readonly installer?: string;
  /** Headers of the tables as the drop-ins spell them. */
  readonly tables: readonly string[];
  readonly shim?: string;
  readonly configFile?: string;
  readonly nodeLabels: readonly string[];
}

/** One chain for each class and installer, classes without Pods included. */
export function* chains({ sandboxed, classes, runtimes, external }: LineUpIndex): Generator<Chain> {
  for (const name of [...new Set([...sandboxed.keys(), ...classes.keys()])].sort()) {
    const [runtimeClass] = classes.get(name) ?? [];
    const handler = runtimeClass?.handler;
    const start = {
      pods: (sandboxed.get(name) ?? []).map(({ object }) => describe(object)).sort(),
      runtimeClassName: name,
      external: !runtimeClass && external.has(name),
      handler,
      nodeLabels: [...runtimeClass?.nodeSelector ?? []].map(([key, value]) => `${key}=${value}`),
    };
    const serving = runtimes.filter(({ runtime }) => runtimeClass && runtime.handler === handler);
    for (const { installer, plan, tables } of serving) {
      const found = tableFormats(plan).flatMap((format) => {
        const table = tables[format];
        return typeof table === 'object' ? [table] : [];
      });
      yield { ...start, installer: installer.name, tables: found.map(({ path }) => path), shim: found[0]?.shim, configFile: found[0]?.configPath };
    }
    if (!serving.length) {
      yield { ...start, tables: [] };
    }
  }
}
