import type { InstalledRuntime } from '../installer';
import { describe } from '../manifest';
import type { Rule } from '../rule';

/** One name, one thing: a second RuntimeClass overwrites the first, and a node has one runtime table per handler. */
export const duplicateName: Rule = {
  id: 'duplicate-name',
  *check({ classes, runtimes, installers }) {
    const byName = new Set<string>();
    for (const { daemonSet, name } of installers) {
      if (byName.has(name)) {
        yield { object: daemonSet, field: ['metadata', 'name'], message: `there is another installer ${name}, and a cluster keeps only one of them; give one of the two NodeInstallers another id, or check only what ends up in one cluster` };
      }
      byName.add(name);
    }
    for (const [name, [first, ...others]] of classes) {
      for (const other of others) {
        const and = first.handler === other.handler ? 'as this one has' : `and this one has "${other.handler}"`;
        yield {
          object: other.object,
          field: ['metadata', 'name'],
          message: `there is another RuntimeClass "${name}" with the handler "${first.handler}", ${and}; `
            + `a cluster keeps only one ${describe(first.object)}, so ${first.handler === other.handler ? 'check only what ends up in one cluster, or ' : ''}give one of them another name`,
        };
      }
    }
    const byHandler = new Map<string, InstalledRuntime>();
    const byClass = new Map<string, InstalledRuntime>();
    for (const installed of runtimes) {
      const { installer, runtime: { handler, runtimeClassName } } = installed;
      const sameHandler = byHandler.get(handler);
      const sameClass = byClass.get(runtimeClassName);
      byHandler.set(handler, sameHandler ?? installed);
      byClass.set(runtimeClassName, sameClass ?? installed);
      // The same runtime on several node pools is one runtime.
      if (sameHandler && (sameHandler.installer === installer || sameHandler.runtime.runtimeClassName !== runtimeClassName)) {
        yield {
          object: installer.daemonSet,
          message: `the handler "${handler}" is of two runtimes, of the class "${sameHandler.runtime.runtimeClassName}" in ${sameHandler.installer.name} `
            + `and of "${runtimeClassName}" in ${installer.name}; give one of them another handler`,
        };
      } else if (sameClass && sameClass.runtime.handler !== handler) {
        yield {
          object: installer.daemonSet,
          message: `the class "${runtimeClassName}" is of two runtimes, with the handler "${sameClass.runtime.handler}" in ${sameClass.installer.name} `
            + `and with "${handler}" in ${installer.name}; give one of them another class name`,
        };
      }
    }
  },
};
