import { tableFormats, tableName } from '../installer';
import type { Rule } from '../rule';

/** Runtime table -> shim: every table starts the program that the unpacked release brings. */
export const shim: Rule = {
  id: 'shim',
  *check({ runtimes }) {
    for (const { installer: { daemonSet: object }, plan, runtime, tables } of runtimes) {
      for (const format of tableFormats(plan)) {
        const table = tables[format];
        if (typeof table === 'object' && table.shim !== runtime.shim) {
          yield {
            object,
            message: `${tableName(format, runtime)} has ${table.shimKey} ${JSON.stringify(table.shim)}, but the shim of "${runtime.handler}" is "${runtime.shim}"; write that`,
          };
        }
      }
      const { directory, required } = runtime.artifact;
      const inside = runtime.shim.startsWith(`${directory}/`) ? runtime.shim.slice(directory.length + 1) : undefined;
      if (inside === undefined || !required.includes(inside)) {
        yield {
          object,
          message: `the shim "${runtime.shim}" of "${runtime.handler}" is not among the files that the release brings: ${required.join(', ')} in ${directory}`,
        };
      }
    }
  },
};
