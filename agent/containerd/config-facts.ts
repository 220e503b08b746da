import { compareContainerdVersions, mergesDropIns } from './containerd-version';
import { ConfigFile, configVersion, mergedContent, pluginTables } from './loaded-config';
import { CRI_SECTIONS, runtimesOf } from './runtime-tables';
import { valueAt } from './toml';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

/** Whether containerd labels containers for SELinux, which some runtimes do not bear. */
export function enablesSelinux(config: readonly ConfigFile[]): boolean {
  const content = mergedContent(config);
  return CRI_SECTIONS.some((section) => valueAt(content, ['plugins', section, 'enable_selinux']) === true);
}

/**
 * What an operator should know about these files although it does not stop us: settings that this containerd drops
 * without an error. 2.0 to 2.2 convert version 2 tables only if the files state version 2, and do not join them with
 * runtimes that already stand in version 3 tables.
 */
export function configNotices(containerdVersion: string, config: readonly ConfigFile[]): string[] {
  if (!mergesDropIns(containerdVersion) || compareContainerdVersions(containerdVersion, '2.3.0') >= 0 || config.length === 0) return [];
  const content = mergedContent(config);
  const { path } = config[0];
  const version = configVersion(config);
  if (version < 2 && ['cri', CONTAINERD_TABLES.v2].some((section) => section in pluginTables(content))) {
    return [`${path} does not state version 2 or 3, so containerd ${containerdVersion} ignores its CRI settings; from 2.3 on they would count`];
  }
  const runtimes = runtimesOf(content, CONTAINERD_TABLES.v3);
  const lost = runtimes ? Object.keys(runtimesOf(content, CONTAINERD_TABLES.v2) ?? {}).filter((handler) => !Object.hasOwn(runtimes, handler)) : [];
  return lost.length ? [`${path} has the runtimes ${lost.join(', ')} in version 2 tables next to version 3 tables; containerd ${containerdVersion} ignores them`] : [];
}
