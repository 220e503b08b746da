import { ManagedConfigPlan } from '../../src/installer/containerd-files-plan';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { FileChange } from '../file-change';
import { Refusal } from '../refusal';
import { change, ChangedFiles, ConfigPaths, ContainerdPlanInput, covers, loadBase, names } from './config-change';
import { mergesDropIns } from './containerd-version';
import { dropInText } from './drop-in';
import { HostFiles } from './host-files';
import { judgedHandlers } from './installed-handlers';
import { ConfigFile, configContent, configText } from './loaded-config';
import { refuseOthers } from './ownership';
import { refuseUnusableConfig } from './refusals';
import { runtimesOf } from './runtime-tables';
import { merged, parseToml, Table, tableAt, writeToml } from './toml';

/** Nothing but our drop-in is written: the program that the main file belongs to takes it in. */
export function planManagedChanges(input: ContainerdPlanInput, managed: ManagedConfigPlan): FileChange[] {
  const { platform, files, handlers, owner, containerdVersion } = input;
  const { configFile, dropInFile } = platform;
  const main = files.read(configFile);
  if (!main || !configText(configFile, main).trimStart().startsWith(managed.mark)) {
    throw new Refusal(`${configFile} ${main ? `does not begin with "${managed.mark}"` : 'is not there'}, so its drop-ins are not read: remove the file and restart the service, which `
      + 'writes it again, or describe these nodes by NodePlatform.containerd()');
  }
  refuseOthers(platform, files, owner);
  if (!handlers.length) return change(files, dropInFile, undefined);

  const merges = mergesDropIns(containerdVersion);
  const config = merges ? loadBase(input, configText(configFile, main)) : [mergedBase(managed, platform, files)];
  refuseUnusableConfig(containerdVersion, config, merges ? judgedHandlers(input) : names(handlers));
  if (merges && !config.some((file) => covers(file, dropInFile))) {
    throw new Refusal(`${configFile} does not import ${dropInFile}, though it says "${managed.mark}": remove the file and restart the service, which writes it again`);
  }
  return change(files, dropInFile, dropInText(handlers.map((handler) => handler[merges ? 'v3' : 'v2']), owner));
}

/** What a containerd 1.x will read once the drop-in has been merged for it; a newer one reads the drop-in itself. */
export function managedChanges(platform: ConfigPaths, managed: ManagedConfigPlan, containerdVersion: string, changed: ChangedFiles): ChangedFiles {
  const { files, changes } = changed;
  const dropIn = changes.find(({ path }) => path === platform.dropInFile);
  if (mergesDropIns(containerdVersion) || !dropIn) return { files, changes };
  const base = mergedBase(managed, platform, files).content;
  const after = merged(base, dropIn.after ? parseToml(dropIn.after.toString('utf8')) : {});
  const rewritten = { path: managed.mergedFile, before: files.read(managed.mergedFile), after: Buffer.from(writeToml(after)), mode: 0o644 };
  return { files, changes: [...changes, rewritten] };
}

/** The file that drop-ins are merged into, without ours. */
function mergedBase({ mergedFile }: ManagedConfigPlan, { dropInFile }: ConfigPaths, files: HostFiles): ConfigFile {
  const bytes = files.read(mergedFile);
  if (!bytes) throw new Refusal(`${mergedFile} is not there, into which drop-ins are merged: start the service that writes it`);
  const text = configText(mergedFile, bytes);
  const content = structuredClone(configContent(mergedFile, text));
  const runtimes: Table = tableAt(content, ['plugins', CONTAINERD_TABLES.v2, 'containerd', 'runtimes']) ?? {};
  const dropIn = configContent(dropInFile, files.read(dropInFile)?.toString('utf8') ?? '');
  for (const handler of Object.keys(runtimesOf(dropIn, CONTAINERD_TABLES.v2) ?? {})) delete runtimes[handler];
  return { path: mergedFile, text, content, imports: [] };
}

