import { ContainerdPlatformPlan } from '../../src/installer/install-plan';
import { FileChange } from '../file-change';
import { WantedTables } from '../handler-tables';
import { patternMatches } from './glob';
import { HostFiles, withFiles } from './host-files';
import { ConfigFile, importEntries, loadConfig, resolveImport } from './loaded-config';

/** What there is to know of a platform to change containerd's files. */
export type ConfigPaths = Pick<ContainerdPlatformPlan, 'configFile' | 'dropInFile' | 'templates' | 'managed' | 'copied' | 'adopts'>;

/** The runtime table of one handler as TOML text, for each of the places where containerd may look. */
export interface ContainerdTables {
  readonly handler: string;
  readonly v2: string;
  readonly v3: string;
  readonly kept?: WantedTables['kept'];
}

/** Files of a host, and changes to them. */
export interface ChangedFiles {
  readonly files: HostFiles;
  readonly changes: readonly FileChange[];
}

export interface ContainerdPlanInput {
  readonly platform: ConfigPaths;
  /** Version of the node's containerd. */
  readonly containerdVersion: string;
  readonly files: HostFiles;
  /** What is to be served; none takes everything back. */
  readonly handlers: readonly ContainerdTables[];
  /** Who installs, `<namespace>/<DaemonSet>`. */
  readonly owner: string;
}

/** Permission bits of the files that are created: like those that a package installs. */
const MODE = 0o644;

/** One change, or none if the file is as wanted. */
export function change(files: HostFiles, path: string, wanted: string | undefined): FileChange[] {
  const before = files.read(path);
  const after = wanted === undefined ? undefined : Buffer.from(wanted);
  const same = before && after ? before.equals(after) : before === after;
  return same ? [] : [{ path, before, after, mode: MODE }];
}

/** The configuration with this main file. The drop-in is empty, not absent, lest an import by its name seems to lead nowhere. */
export function loadBase({ platform: { configFile, dropInFile }, files }: Pick<ContainerdPlanInput, 'platform' | 'files'>, main: string): ConfigFile[] {
  return loadConfig(withFiles(files, new Map([[configFile, Buffer.from(main)], [dropInFile, Buffer.alloc(0)]])), configFile);
}

/** Whether a file imports the drop-in already. */
export function covers({ path, content }: ConfigFile, dropInFile: string): boolean {
  return importEntries(path, content).some((entry) => patternMatches(resolveImport(path, entry), dropInFile));
}

export function names(handlers: readonly ContainerdTables[]): string[] {
  return handlers.map(({ handler }) => handler);
}
