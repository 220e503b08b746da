import { CONTAINERD_IMAGES, CONTAINERD_TABLES } from '../../platform/containerd-config';
import { tableFormats, tableName } from '../installer';
import type { Rule } from '../rule';
import { sameData } from '../same-data';

/** Handler -> runtime table: each file holds one table, keyed by the handler, and both of containerd say the same. */
export const runtimeTable: Rule = {
  id: 'runtime-table',
  *check({ runtimes }) {
    for (const { installer: { daemonSet: object }, plan, runtime, tables } of runtimes) {
      for (const format of tableFormats(plan)) {
        const table = tables[format];
        const file = tableName(format, runtime);
        if (typeof table === 'string') {
          yield { object, message: `${file} ${table}` };
        } else if (table && table.handler !== runtime.handler) {
          yield {
            object,
            message: `${file} is of the handler "${table.handler}", but the plan installs "${runtime.handler}"; write ${table.path.replace(table.handler, runtime.handler)}`,
          };
        } else if (table && plan.platform.kind === undefined && table.runtimeType !== runtime.runtimeType) {
          yield {
            object,
            message: `${file} has runtime_type ${JSON.stringify(table.runtimeType)}, but the plan has "${runtime.runtimeType}"; write the plan's`,
          };
        } else if (table && table.entry.snapshotter !== table.imagesSnapshotter) {
          yield {
            object,
            message: `${file} has the snapshotter ${JSON.stringify(table.entry.snapshotter)} for containers and ${JSON.stringify(table.imagesSnapshotter)} for images `
              + `(${CONTAINERD_IMAGES}); write the same, or neither`,
          };
        }
      }
      const { v2, v3 } = tables;
      if (typeof v2 === 'object' && typeof v3 === 'object' && !sameData({ ...v2.entry }, { ...v3.entry })) {
        yield {
          object,
          message: `the tables ${runtime.tables.v2} and ${runtime.tables.v3} differ in ${differences(v2.entry, v3.entry)}; `
            + `which one counts depends on the node's main file, so write the same below ${CONTAINERD_TABLES.v2} and ${CONTAINERD_TABLES.v3}`,
        };
      }
    }
  },
};

function differences(one: { readonly [key: string]: unknown }, other: { readonly [key: string]: unknown }): string {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => !sameData(one[key], other[key])).join(', ');
}
