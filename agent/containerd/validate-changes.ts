import { mkdtempSync, rmSync } from 'node:fs';
import { ContainerdPlatformPlan } from '../../src/installer/install-plan';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { FileChange } from '../file-change';
import { Refusal } from '../refusal';
import { runCanary } from './canary';
import { CommandError } from './command';
import { compareDumps, sameRuntime } from './compare-dumps';
import { dumpConfig } from './config-dump';
import { HostFiles, withFiles } from './host-files';
import { installedHandlers } from './installed-handlers';
import { loadConfig } from './loaded-config';
import { ContainerdTables } from './plan-changes';
import { runtimesOf } from './runtime-tables';
import { stageConfig } from './staged-config';
import { isTable, parseToml, Table } from './toml';

export interface ContainerdValidation {
  /** The node's own containerd, as it can be started here. */
  readonly command: readonly string[];
  readonly platform: Pick<ContainerdPlatformPlan, 'configFile' | 'dropInFile'>;
  /** The host's files as they are. */
  readonly files: HostFiles;
  readonly changes: readonly FileChange[];
  /** What the changes are for; none if they take everything back. */
  readonly handlers: readonly ContainerdTables[];
  /** For the canary. */
  readonly timeoutMs?: number;
  /** Folder for temporary files. */
  readonly temporary?: string;
}

/**
 * Tries changes off the host with the node's own containerd, before anything is written: it must serve the handlers
 * with exactly our values, read everything else as before, and bring its CRI up.
 *
 * @returns whether containerd reads anything differently: without that a restart would be for nothing.
 */
export async function validateContainerdChanges(validation: ContainerdValidation): Promise<boolean> {
  const { command, platform, files, changes, handlers, timeoutMs = 20_000, temporary = '/tmp' } = validation;
  const folder = mkdtempSync(`${temporary}/canary-`);
  try {
    const changed = withFiles(files, new Map(changes.map(({ path, after }) => [path, after])));
    const before = await dumped(command, files, platform.configFile, `${folder}/before`, 'the configuration of this node as it is');
    const after = await dumped(command, changed, platform.configFile, `${folder}/after`, 'the configuration with the change');
    const wanted = wantedTables(handlers.filter(({ handler, kept }) => !kept || !sameRuntime(handler, before, after)));
    const problems = compareDumps(before, after, wanted, installedHandlers(platform, files));
    if (problems.length > 0) {
      throw new Refusal(`${platform.configFile}: containerd would not read the changed configuration as it should: ${problems.join('; ')}. `
        + 'Nothing was written; simplify the file or its imports');
    }
    await canaryLives(platform.configFile, before, after, (dump, name) => runCanary({ command, dump, folder: `${folder}/${name}`, timeoutMs }));
    return compareDumps(before, after, new Map()).length > 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A canary that dies of the change is our fault; one that dies without it as well is not, and the message says so. */
async function canaryLives(configFile: string, before: Table, after: Table, run: (dump: Table, name: string) => Promise<unknown>): Promise<void> {
  try {
    await run(after, 'new');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const old = await run(before, 'old').then(() => undefined, (reason: Error) => reason);
    throw new Refusal(old
      ? `${configFile}: with this configuration ${old.message}; that is so without our change as well, so correct it first`
      : `${configFile}: with our change ${error.message}; nothing was written: simplify the file or its imports`);
  }
}

async function dumped(command: readonly string[], files: HostFiles, configFile: string, folder: string, what: string): Promise<Table> {
  const staged = stageConfig(folder, loadConfig(files, configFile));
  try {
    return await dumpConfig(command, staged);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Refusal(`${configFile}: containerd cannot read ${what}: ${error.message}; correct the file`);
  }
}

/** The wanted runtime tables; both sections say the same. */
function wantedTables(handlers: readonly ContainerdTables[]): Map<string, Table> {
  return new Map(handlers.map(({ handler, v3 }) => {
    const table = runtimesOf(parseToml(v3), CONTAINERD_TABLES.v3)?.[handler];
    if (!isTable(table)) throw new Error(`the runtime table of "${handler}" has no [plugins."${CONTAINERD_TABLES.v3}".containerd.runtimes.${handler}]`);
    return [handler, table];
  }));
}
