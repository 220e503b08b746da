import { dirname } from 'node:path/posix';
import { shimConfigFolder, shimConfigPath } from '../../installer/host-layout';
import type { RuntimePlan } from '../../installer/install-plan';
import { tableFormats, tableName } from '../installer';
import type { Rule } from '../rule';

/** Runtime table -> configuration file: every table names the file that the installer puts there. */
export const configPath: Rule = {
  id: 'config-path',
  *check({ runtimes }) {
    for (const { installer: { daemonSet: object }, plan, runtime, tables } of runtimes) {
      const written = runtime.baseConfig?.path ?? runtime.config.path;
      for (const format of tableFormats(plan)) {
        const table = tables[format];
        if (typeof table === 'object' && !table.isProgram && table.configPath !== written) {
          yield {
            object,
            message: `${tableName(format, runtime)} has ${table.configKey} ${JSON.stringify(table.configPath)}, but the installer writes "${written}"; write that`,
          };
        }
      }
      for (const [path, expected] of places(runtime)) {
        if (path !== expected) {
          yield {
            object,
            message: `the configuration file of "${runtime.handler}" is "${path}"; with its release and content in the name, `
              + `which keeps running Pods on the file they were started with, it is "${expected}"`,
          };
        }
      }
    }
  },
};

/** Where files are, and where they should be. */
function* places({ handler, release, config, baseConfig, programs = [] }: RuntimePlan): Generator<[string, string]> {
  if (baseConfig) {
    const folder = shimConfigFolder(handler, release, config.sha256);
    yield [config.path, `${folder}/config.d/${fileName(config.path)}`];
    yield [baseConfig.path, `${folder}/${fileName(baseConfig.source)}`];
  } else {
    yield [config.path, shimConfigPath(handler, release, config.sha256)];
  }
  for (const { path, sha256 } of programs) {
    yield [dirname(path), shimConfigFolder(handler, release, sha256)];
  }
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
