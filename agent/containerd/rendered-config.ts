import { TemplatePlan } from '../../src/installer/containerd-files-plan';
import { FileChange } from '../file-change';
import { Refusal } from '../refusal';
import { change, ChangedFiles, ConfigPaths, ContainerdPlanInput, covers, loadBase, names } from './config-change';
import { mergesDropIns } from './containerd-version';
import { dropInText } from './drop-in';
import { HostFiles } from './host-files';
import { judgedHandlers } from './installed-handlers';
import { configContent, configText } from './loaded-config';
import { appendBlock, blockBody, blockOwner, removeBlock } from './marked-block';
import { proveTakenBack } from './only-ours';
import { refuseOtherOwner, refuseOthers } from './ownership';
import { refuseStrayTables, refuseUnusableConfig } from './refusals';
import { tableSection } from './runtime-tables';

const CREATED = '# Created by sandbox-runtimes for ';
/** Twice a brace: written out, they would be taken for a template themselves by whatever renders the agent's manifest. */
const [OPEN, CLOSE] = ['{', '}'].map((brace) => brace.repeat(2));

/** The template that the node's main file comes from, by the version that it has. */
export function templateOf(configFile: string, files: HostFiles, templates: readonly TemplatePlan[]): TemplatePlan {
  const { version } = configContent(configFile, mainText(configFile, files));
  const template = templates.find((candidate) => BigInt(candidate.version) === version);
  if (template) return template;
  throw new Refusal(`${configFile} has version = ${String(version ?? 'nothing')}, and this platform has templates for ${templates.map((known) => known.version).join(' and ')} only: `
    + 'bring the template of this node to one of these versions');
}

/**
 * Changes to what the main file is rendered from: a drop-in where the rendered file imports it and containerd merges
 * it, else a block at the end of the template.
 */
export function planTemplateChanges(input: ContainerdPlanInput, templates: readonly TemplatePlan[]): FileChange[] {
  const { files, handlers, owner, containerdVersion } = input;
  const { configFile } = input.platform;
  const used = templateOf(configFile, files, templates);
  for (const { file, dropInFile } of templates) {
    const template = files.read(file);
    if (template) refuseOtherOwner(file, blockOwner(configText(file, template)), owner);
    refuseOthers({ configFile, dropInFile: dropInFile ?? input.platform.dropInFile }, files, owner);
  }
  const platform = { ...input.platform, dropInFile: used.dropInFile ?? input.platform.dropInFile };
  const original = removeBlock(mainText(configFile, files), configFile);
  refuseStrayTables(configFile, configContent(configFile, original));

  const wanted = new Map<string, string | undefined>();
  for (const template of templates) {
    wanted.set(template.file, withoutBlock(files, template.file));
    if (template.dropInFile !== undefined) wanted.set(template.dropInFile, undefined);
  }
  if (handlers.length) {
    const config = loadBase({ ...input, platform }, original);
    const dropInFile = mergesDropIns(containerdVersion) && config.some((file) => covers(file, platform.dropInFile)) ? used.dropInFile : undefined;
    refuseUnusableConfig(containerdVersion, config, dropInFile === undefined ? names(handlers) : judgedHandlers({ platform, files, handlers }));
    const tables = handlers.map((handler) => handler[tableSection(containerdVersion, config)]);
    if (dropInFile !== undefined) {
      wanted.set(dropInFile, dropInText(tables, owner));
    } else {
      const body = tables.map((table) => table.trim()).join('\n\n');
      proveTakenBack(platform, original, appendBlock(original, body, owner));
      wanted.set(used.file, withBlock(used, wanted.get(used.file), body, owner));
    }
  }
  // What is taken away goes last: until then the same tables are there twice at most, which containerd takes.
  const changes = [...wanted].flatMap(([path, text]) => change(files, path, text));
  return [...changes.filter(({ after }) => after), ...changes.filter(({ after }) => !after)];
}

/** The main file as it will be rendered once the changes are made. */
export function renderedChanges({ configFile }: ConfigPaths, templates: readonly TemplatePlan[], { files, changes }: ChangedFiles): ChangedFiles {
  const { file } = templateOf(configFile, files, templates);
  const before = files.read(configFile);
  const main = mainText(configFile, files);
  const changed = changes.find(({ path }) => path === file);
  const template = (changed ? changed.after : files.read(file))?.toString('utf8') ?? '';
  const body = blockBody(template);
  const original = removeBlock(main, configFile);
  const after = body === undefined ? original : appendBlock(original, body, blockOwner(template) ?? '');
  return after === main ? { files, changes } : { files, changes: [...changes, { path: configFile, before, after: Buffer.from(after), mode: 0o644 }] };
}

function mainText(configFile: string, files: HostFiles): string {
  const main = files.read(configFile);
  if (main) return configText(configFile, main);
  throw new Refusal(`${configFile} is not there, which is written at each start on the nodes that this platform is for: give the installer the platform of these nodes`);
}

/** A template as it would be without us; undefined where there would be none. */
function withoutBlock(files: HostFiles, file: string): string | undefined {
  const template = files.read(file);
  if (!template) return undefined;
  const text = removeBlock(configText(file, template), file);
  return text.startsWith(CREATED) && text.split('\n').length === 3 ? undefined : text;
}

function withBlock({ file, base }: TemplatePlan, original: string | undefined, body: string, owner: string): string {
  if (original === undefined && base === undefined) throw new Refusal(`${file} is not there, from which the main file is rendered: restore it`);
  const text = original ?? `${CREATED}${owner}; removed with it if nothing else is in here.\n${OPEN} template "${base}" . ${CLOSE}\n`;
  // It would take the line end away that our first line needs before it.
  if (text.trimEnd().endsWith(`-${CLOSE}`)) throw new Refusal(`${file} ends with an action that takes away what comes after it (-${CLOSE}): write it without "-"`);
  return appendBlock(text, body, owner);
}
