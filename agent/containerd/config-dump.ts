import { runForOutput } from './command';
import { parseToml, Table } from './toml';

/**
 * What a containerd makes of a configuration, all plugins' defaults included (`containerd config dump`). Without a
 * main file that is its built-in one.
 */
export async function dumpConfig(command: readonly string[], mainFile: string | undefined): Promise<Table> {
  const { stdout } = await runForOutput(mainFile === undefined
    ? [...command, 'config', 'default']
    : [...command, '--config', mainFile, 'config', 'dump']);
  return parseToml(stdout);
}
