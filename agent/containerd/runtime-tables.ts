import { mergesDropIns } from './containerd-version';
import { ConfigFile, configVersion, mergedContent, pluginTables } from './loaded-config';
import { Table, tableAt } from './toml';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

/** Where containerd has kept its CRI settings over time: version 1 files know only the plugin's short name. */
export const CRI_SECTIONS = ['cri', CONTAINERD_TABLES.v2, CONTAINERD_TABLES.v3] as const;

/** The `runtimes` of one CRI section; undefined if there is none. */
export function runtimesOf(content: Table, section: string): Table | undefined {
  return tableAt(content, ['plugins', section, 'containerd', 'runtimes']);
}

/**
 * In which section containerd will look for runtime tables. It goes by the content of the files, not by the daemon or
 * the `version` line alone: a file with version 2 may have version 3 tables, and a table in the wrong section is lost
 * without an error. Version 2 tables are only right where the files state version 2, have such tables, and have none
 * of version 3; then 2.x moves all of them together. On 1.x there is nothing else.
 */
export function tableSection(containerdVersion: string, config: readonly ConfigFile[]): keyof typeof CONTAINERD_TABLES {
  if (!mergesDropIns(containerdVersion)) return 'v2';
  const plugins = pluginTables(mergedContent(config));
  return configVersion(config) === 2 && CONTAINERD_TABLES.v2 in plugins && !(CONTAINERD_TABLES.v3 in plugins) ? 'v2' : 'v3';
}
