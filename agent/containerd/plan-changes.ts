import { PlatformPlan } from '../../src/installer/install-plan';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { FileChange } from '../file-change';
import { Refusal } from '../refusal';
import { mergesDropIns } from './containerd-version';
import { dropInOwner, dropInPattern, dropInText } from './drop-in';
import { patternMatches } from './glob';
import { HostFiles, withFiles } from './host-files';
import { addImport, removeImport } from './imports-edit';
import { ConfigFile, configContent, configText, importEntries, loadConfig, resolveImport } from './loaded-config';
import { createdMainFile, isCreatedMainFile, RUNC_TABLE_1X } from './main-file';
import { appendBlock, blockBody, blockOwner, removeBlock } from './marked-block';
import { refuseStrayTables, refuseUnusableConfig } from './refusals';
import { runtimesOf, tableSection } from './runtime-tables';
import { merged, parseToml, sameMeaning, Table } from './toml';

/** The runtime table of one handler as TOML text, for each of the places where containerd may look. */
export interface HandlerTables {
  readonly handler: string;
  readonly v2: string;
  readonly v3: string;
}

export interface ContainerdPlanInput {
  readonly platform: Pick<PlatformPlan, 'configFile' | 'dropInFile'>;
  /** Version of the node's containerd. */
  readonly containerdVersion: string;
  readonly files: HostFiles;
  /** What is to be served; none takes everything back. */
  readonly handlers: readonly HandlerTables[];
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
  const { platform: { configFile, dropInFile }, files, handlers, owner } = input;
  if (!files.sees(configFile) || !files.sees(dropInFile)) throw new Error(`${configFile} and ${dropInFile} have to be mounted`);
  const main = files.read(configFile);
  const dropIn = files.read(dropInFile);
  refuseOtherOwner(configFile, main && blockOwner(configText(configFile, main)), owner);
  if (dropIn) refuseForeignDropIn(dropInFile, dropIn, owner);

  const original = main && withoutOurs(configFile, dropInFile, configText(configFile, main));
  const wanted = handlers.length > 0 ? withOurs(input, original) : { main: original, dropIn: undefined };
  const mainChange = change(configFile, main, wanted.main);
  const dropInChange = change(dropInFile, dropIn, wanted.dropIn);
  return (wanted.dropIn === undefined ? [mainChange, dropInChange] : [dropInChange, mainChange]).filter((it) => it !== undefined);
}

/** The handlers that our drop-in or block on this node defines now. */
export function installedHandlers({ configFile, dropInFile }: ContainerdPlanInput['platform'], files: HostFiles): string[] {
  const dropIn = files.read(dropInFile)?.toString('utf8') ?? '';
  const main = files.read(configFile)?.toString('utf8') ?? '';
  const tables = [dropInOwner(dropIn) === undefined ? '' : dropIn, blockBody(main) ?? ''].map((text) => configContent(dropInFile, text));
  const handlers = tables.flatMap((table) => Object.values(CONTAINERD_TABLES).flatMap((section) => Object.keys(runtimesOf(table, section) ?? {})));
  return [...new Set(handlers)].filter((handler) => handler !== 'runc').sort();
}

/** The main file's text as it would be if we had never been here; undefined if then there would be none. */
function withoutOurs(configFile: string, dropInFile: string, text: string): string | undefined {
  const body = blockBody(text) ?? '';
  const original = removeImport(removeBlock(text, configFile), dropInPattern(dropInFile));
  proveOnlyOurs(configFile, dropInFile, original, text, body);
  refuseStrayTables(configFile, configContent(configFile, original));
  return isCreatedMainFile(original) ? undefined : original;
}

function withOurs(input: ContainerdPlanInput, original: string | undefined): { main: string; dropIn: string | undefined } {
  const { platform: { configFile, dropInFile }, containerdVersion, handlers, owner } = input;
  const before = original ?? createdMainFile(containerdVersion, owner);
  // Without ours, but with a drop-in, lest an import by its name seems to lead nowhere.
  const files = withFiles(input.files, new Map([[configFile, Buffer.from(before)], [dropInFile, Buffer.alloc(0)]]));
  const config = loadConfig(files, configFile);
  refuseUnusableConfig(containerdVersion, config, handlers.map(({ handler }) => handler));
  const section = tableSection(containerdVersion, config);
  const tables = handlers.map((handler) => handler[section]);

  if (mergesDropIns(containerdVersion)) {
    const covered = config.some((file) => covers(file, dropInFile));
    const main = covered ? before : addImport(before, dropInPattern(dropInFile), owner);
    proveTakenBack(configFile, dropInFile, before, main, '');
    return { main, dropIn: dropInText(tables, owner) };
  }
  const body = [...(runtimesOf(config[0].content, CONTAINERD_TABLES.v2) ? [] : [RUNC_TABLE_1X]), ...tables].map((table) => table.trim()).join('\n\n');
  const main = appendBlock(before, body, owner);
  proveTakenBack(configFile, dropInFile, before, main, body);
  return { main, dropIn: undefined };
}

/** Whether a file imports the drop-in already. */
function covers({ path, content }: ConfigFile, dropInFile: string): boolean {
  return importEntries(path, content).some((entry) => patternMatches(resolveImport(path, entry), dropInFile));
}

/** The changed file means what it meant plus ours, and taking ours back gives the very same bytes. */
function proveTakenBack(configFile: string, dropInFile: string, before: string, after: string, body: string): void {
  proveOnlyOurs(configFile, dropInFile, before, after, body);
  if (removeImport(removeBlock(after, configFile), dropInPattern(dropInFile)) !== before) {
    throw new Refusal(`${configFile} cannot be changed in a way that could be taken back exactly: ${extendByHand(dropInFile, body)}`);
  }
}

function proveOnlyOurs(configFile: string, dropInFile: string, before: string, after: string, body: string): void {
  const content = parsedOrRefused(configFile, dropInFile, before, after, body);
  const entry = dropInPattern(dropInFile);
  const imports = importEntries(configFile, content).filter((it) => it !== entry);
  const original = configContent(configFile, before);
  const rest: Table = { ...content, imports };
  if (original.imports === undefined && imports.length === 0) delete rest.imports;
  if (!sameMeaning(rest, merged(original, parseToml(body)))) {
    throw new Refusal(`${configFile} would mean something else after the change, not only have our tables more: ${extendByHand(dropInFile, body)}`);
  }
}

function parsedOrRefused(configFile: string, dropInFile: string, before: string, after: string, body: string): Table {
  configContent(configFile, before);
  try {
    return parseToml(after);
  } catch {
    throw new Refusal(body
      ? `${configFile} cannot be extended: runtimes or a table above it is written inline (runtimes = { ... }), and TOML has no way `
        + `to add to that: ${extendByHand(dropInFile, body)}`
      : `${configFile}: its imports cannot be extended: ${extendByHand(dropInFile, body)}`);
  }
}

function extendByHand(dropInFile: string, body: string): string {
  return body
    ? `write the runtimes as tables of their own, [plugins."${CONTAINERD_TABLES.v2}".containerd.runtimes.<name>]`
    : `add "${dropInPattern(dropInFile)}" to its imports by hand`;
}

function refuseForeignDropIn(path: string, bytes: Buffer, owner: string): void {
  const found = dropInOwner(bytes.toString('utf8'));
  if (found === undefined) throw new Refusal(`${path} is not the installer's file: move it to another name, this one is needed for the runtime tables`);
  refuseOtherOwner(path, found, owner);
}

function refuseOtherOwner(path: string, found: string | undefined, owner: string): void {
  if (found === undefined || found === owner) return;
  throw new Refusal(`${path} has the runtime tables of the installer ${found}: a node belongs to one installer; `
    + `set that one to desiredState ABSENT before ${owner} comes to this node`);
}

function change(path: string, before: Buffer | undefined, wanted: string | undefined): FileChange | undefined {
  const after = wanted === undefined ? undefined : Buffer.from(wanted);
  const same = before && after ? before.equals(after) : before === after;
  return same ? undefined : { path, before, after, mode: MODE };
}
