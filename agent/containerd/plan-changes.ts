import { FileChange } from '../file-change';
import { BUILT_IN_TABLE_1X, hasBuiltInTable, needsBuiltInTable, refuseDependents } from './built-in-runtime';
import { change, ContainerdPlanInput, covers, loadBase, names } from './config-change';
import { mergesDropIns } from './containerd-version';
import { planCopiedChanges } from './copied-config';
import { dropInPattern, dropInText } from './drop-in';
import { addImport } from './imports-edit';
import { judgedHandlers } from './installed-handlers';
import { configContent, configText } from './loaded-config';
import { createdMainFile, isCreatedMainFile } from './main-file';
import { planManagedChanges } from './managed-config';
import { appendBlock, blockBody, removeBlock } from './marked-block';
import { proveTakenBack, withoutOurs } from './only-ours';
import { refuseOthers } from './ownership';
import { refuseStrayTables, refuseUnusableConfig } from './refusals';
import { planTemplateChanges } from './rendered-config';
import { tableSection } from './runtime-tables';
import { merged, parseToml } from './toml';

export type { ContainerdPlanInput, ContainerdTables } from './config-change';

/**
 * The changes to containerd's files after which it serves exactly these handlers in addition to what is not ours;
 * empty if there is nothing to do. They are always worked out from the files as they would be without us, so that
 * a first installation, an upgrade (of us or of containerd) and taking back are the same thing.
 *
 * In order: applied one by one, containerd can be started after each of them.
 */
export function planContainerdChanges(input: ContainerdPlanInput): FileChange[] {
  const { templates, managed, copied } = input.platform;
  if (templates) return planTemplateChanges(input, templates);
  if (managed) return planManagedChanges(input, managed);
  if (copied) return planCopiedChanges(input, copied, planOwnFile);
  return planOwnFile(input);
}

/** On nodes whose main file is the operator's. */
function planOwnFile(input: ContainerdPlanInput): FileChange[] {
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
  const section = tableSection(containerdVersion, config);
  const dropIn = dropInText(handlers.map((handler) => handler[section]), owner);
  const wanted = config.some((file) => covers(file, dropInFile)) ? base : addImport(base, dropInPattern(dropInFile), owner);
  const over = platform.adopts && { content: parseToml(dropIn), below: readAfter(input, wanted) };
  refuseUnusableConfig(containerdVersion, config, judgedHandlers(input), over);
  proveTakenBack(platform, original, wanted);
  return [...change(files, dropInFile, dropIn), ...change(files, configFile, wanted)];
}

/** The files that containerd reads after our drop-in with this main file. */
function readAfter(input: ContainerdPlanInput, main: string): string[] {
  const paths = loadBase(input, main).map(({ path }) => path);
  return paths.slice(paths.indexOf(input.platform.dropInFile) + 1);
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

function wroteBuiltIn({ now }: MainFile): boolean {
  return hasBuiltInTable(parseToml(blockBody(now) ?? ''));
}
