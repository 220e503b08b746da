import { ContainerdPlatformPlan } from '../../src/installer/install-plan';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { FileChange } from '../file-change';
import { BUILT_IN_RUNTIME, BUILT_IN_TABLE_1X, hasBuiltInTable, needsBuiltInTable, refuseDependents } from './built-in-runtime';
import { mergesDropIns } from './containerd-version';
import { dropInOwner, dropInPattern, dropInText } from './drop-in';
import { patternMatches } from './glob';
import { HostFiles, withFiles } from './host-files';
import { addImport } from './imports-edit';
import { ConfigFile, configContent, configText, importEntries, loadConfig, resolveImport } from './loaded-config';
import { createdMainFile, isCreatedMainFile } from './main-file';
import { appendBlock, blockBody, removeBlock } from './marked-block';
import { proveTakenBack, withoutOurs } from './only-ours';
import { refuseOthers } from './ownership';
import { refuseStrayTables, refuseUnusableConfig } from './refusals';
import { runtimesOf, tableSection } from './runtime-tables';
import { merged, parseToml } from './toml';

/** The runtime table of one handler as TOML text, for each of the places where containerd may look. */
export interface ContainerdTables {
  readonly handler: string;
  readonly v2: string;
  readonly v3: string;
}

export interface ContainerdPlanInput {
  readonly platform: Pick<ContainerdPlatformPlan, 'configFile' | 'dropInFile'>;
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

/**
 * The changes to containerd's files after which it serves exactly these handlers in addition to what is not ours;
 * empty if there is nothing to do. They are always worked out from the files as they would be without us, so that
 * a first installation, an upgrade (of us or of containerd) and taking back are the same thing.
 *
 * In order: applied one by one, containerd can be started after each of them.
 */
export function planContainerdChanges(input: ContainerdPlanInput): FileChange[] {
  const { platform, files, handlers, owner } = input;
  const { configFile, dropInFile } = platform;
  if (!files.sees(configFile) || !files.sees(dropInFile)) throw new Error(`${configFile} and ${dropInFile} have to be mounted`);
  refuseOthers(platform, files, owner);

  const bytes = files.read(configFile);
  const now = bytes && configText(configFile, bytes);
  const original = now === undefined ? undefined : withoutOurs(platform, now);
  if (original !== undefined) refuseStrayTables(configFile, configContent(configFile, original));
  const main = original === undefined || now === undefined || isCreatedMainFile(original) ? undefined : { now, original };

  if (handlers.length === 0) {
    if (main && !mergesDropIns(input.containerdVersion) && wroteBuiltIn(main)) refuseDependents(configFile, configContent(configFile, main.original));
    return [...change(files, configFile, main?.original), ...change(files, dropInFile, undefined)];
  }
  return mergesDropIns(input.containerdVersion) ? withDropIn(input, main) : withBlock(input, main);
}

/** The handlers that our drop-in or block on this node defines now. */
export function installedHandlers({ configFile, dropInFile }: ContainerdPlanInput['platform'], files: HostFiles): string[] {
  const dropIn = files.read(dropInFile)?.toString('utf8') ?? '';
  const main = files.read(configFile)?.toString('utf8') ?? '';
  const tables = [dropInOwner(dropIn) === undefined ? '' : dropIn, blockBody(main) ?? ''].map((text) => configContent(dropInFile, text));
  const handlers = tables.flatMap((table) => Object.values(CONTAINERD_TABLES).flatMap((section) => Object.keys(runtimesOf(table, section) ?? {})));
  return [...new Set(handlers)].filter((handler) => handler !== BUILT_IN_RUNTIME).sort();
}

/** A main file that is not ours: its text, and the one that it would have without us. */
interface MainFile {
  readonly now: string;
  readonly original: string;
}

/** containerd 2.x: a drop-in, and in the main file one more entry in `imports` where nothing imports it yet. */
function withDropIn(input: ContainerdPlanInput, main: MainFile | undefined): FileChange[] {
  const { platform, files, handlers, containerdVersion, owner } = input;
  const { configFile, dropInFile } = platform;
  const original = main?.original ?? createdMainFile(containerdVersion, owner);
  // An entry of ours that another tool has moved is as good where it is.
  const base = main ? removeBlock(main.now, configFile) : original;
  const config = loadBase(input, base);
  refuseUnusableConfig(containerdVersion, config, names(handlers));
  const section = tableSection(containerdVersion, config);

  const wanted = config.some((file) => covers(file, dropInFile)) ? base : addImport(base, dropInPattern(dropInFile), owner);
  proveTakenBack(platform, original, wanted);
  return [...change(files, dropInFile, dropInText(handlers.map((handler) => handler[section]), owner)), ...change(files, configFile, wanted)];
}

/** containerd 1.x: a block at the end of the main file. */
function withBlock(input: ContainerdPlanInput, main: MainFile | undefined): FileChange[] {
  const { platform, files, handlers, containerdVersion, owner } = input;
  const { configFile, dropInFile } = platform;
  const original = main?.original ?? createdMainFile(containerdVersion, owner);
  const [file, ...imported] = loadBase(input, original);
  const builtIn = needsBuiltInTable(file.content, main !== undefined && wroteBuiltIn(main)) ? [BUILT_IN_TABLE_1X] : [];
  const content = merged(file.content, parseToml(builtIn.join('')));
  refuseUnusableConfig(containerdVersion, [{ ...file, content }, ...imported], names(handlers));

  const body = [...builtIn, ...handlers.map(({ v2 }) => v2)].map((table) => table.trim()).join('\n\n');
  const wanted = appendBlock(original, body, owner);
  proveTakenBack(platform, original, wanted);
  return [...change(files, configFile, wanted), ...change(files, dropInFile, undefined)];
}

/** The configuration with this main file. The drop-in is empty, not absent, lest an import by its name seems to lead nowhere. */
function loadBase({ platform: { configFile, dropInFile }, files }: ContainerdPlanInput, main: string): ConfigFile[] {
  return loadConfig(withFiles(files, new Map([[configFile, Buffer.from(main)], [dropInFile, Buffer.alloc(0)]])), configFile);
}

function wroteBuiltIn({ now }: MainFile): boolean {
  return hasBuiltInTable(parseToml(blockBody(now) ?? ''));
}

/** Whether a file imports the drop-in already. */
function covers({ path, content }: ConfigFile, dropInFile: string): boolean {
  return importEntries(path, content).some((entry) => patternMatches(resolveImport(path, entry), dropInFile));
}

function names(handlers: readonly ContainerdTables[]): string[] {
  return handlers.map(({ handler }) => handler);
}

/** One change, or none if the file is as wanted. */
function change(files: HostFiles, path: string, wanted: string | undefined): FileChange[] {
  const before = files.read(path);
  const after = wanted === undefined ? undefined : Buffer.from(wanted);
  const same = before && after ? before.equals(after) : before === after;
  return same ? [] : [{ path, before, after, mode: MODE }];
}
