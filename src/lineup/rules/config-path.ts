import { shimConfigPath } from '../../installer/host-layout';
import { TABLE_VERSIONS } from '../installer';
import type { Rule } from '../rule';

/** Runtime table -> configuration file: both tables name the file that the installer puts there. */
export const configPath: Rule = {
  id: 'config-path',
  *check({ runtimes }) {
    for (const { installer: { daemonSet: object }, runtime, tables } of runtimes) {
      for (const version of TABLE_VERSIONS) {
        const table = tables[version];
        if (typeof table === 'object' && table.configPath !== runtime.config.path) {
          yield {
            object,
            message: `the ${version} table ${runtime.tables[version]} has ConfigPath ${JSON.stringify(table.configPath)}, but the installer writes "${runtime.config.path}"; write that`,
          };
        }
      }
      const expected = shimConfigPath(runtime.handler, runtime.release, runtime.config.sha256);
      if (runtime.config.path !== expected) {
        yield {
          object,
          message: `the configuration file of "${runtime.handler}" is "${runtime.config.path}"; with its release and content in the name, `
            + `which keeps running Pods on the file they were started with, it is "${expected}"`,
        };
      }
    }
  },
};
