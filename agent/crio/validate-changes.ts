import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { CrioPlatformPlan } from '../../src/installer/install-plan';
import { CommandError, runForOutput } from '../containerd/command';
import { parseToml, Table, tableAt } from '../containerd/toml';
import { FileChange } from '../file-change';
import { HandlerTables } from '../handler-tables';
import { Validation } from '../node';
import { Refusal } from '../refusal';
import { CrioFile, crioHandlers, crioRuntimes } from './loaded-config';

export interface CrioValidation {
  /** The node's own CRI-O, as it can be started here. */
  readonly command: readonly string[];
  readonly platform: CrioPlatformPlan;
  /** What it reads now. */
  readonly files: readonly CrioFile[];
  readonly changes: readonly FileChange[];
  readonly handlers: readonly HandlerTables[];
  /** Folder for temporary files. */
  readonly temporary?: string;
}

/**
 * Has the node's own CRI-O print its configuration with and without the changes (`crio config`): it has to have our
 * handlers as they are planned, and nothing else may differ.
 */
export async function validateCrioChanges(validation: CrioValidation): Promise<Validation> {
  const { files, changes, handlers, temporary = '/tmp' } = validation;
  const folder = mkdtempSync(`${temporary}/crio-`);
  try {
    const before = await printed(validation, files, `${folder}/before`);
    const after = await printed(validation, changed(files, changes), `${folder}/after`);
    if (before instanceof CommandError) {
      if (after instanceof CommandError) return { changesBehaviour: true, finding: `CRI-O cannot print its configuration here, with our drop-ins or without (${before.message})` };
    }
    if (after instanceof CommandError) throw new Refusal(`CRI-O does not take the drop-ins: ${after.message}; nothing was written: correct the files of its drop-in folder`);
    for (const { handler, crio = '' } of handlers) requireServed(after, handler, crioRuntimes(parseToml(crio))[handler]);
    if (!(before instanceof CommandError)) requireOthersUnchanged(before, after, changes, handlers);
    return { changesBehaviour: true, finding: 'CRI-O reads only our handlers differently' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changed(files: readonly CrioFile[], changes: readonly FileChange[]): CrioFile[] {
  const others = files.filter(({ path }) => !changes.some((change) => change.path === path));
  return [...others, ...changes.flatMap(({ path, after }) => (after ? [{ path, text: after.toString('utf8') }] : []))];
}

async function printed({ command, platform }: CrioValidation, files: readonly CrioFile[], folder: string): Promise<Table | CommandError> {
  const dropIns = `${folder}/crio.conf.d`;
  mkdirSync(dropIns, { recursive: true });
  writeFileSync(`${folder}/crio.conf`, '');
  for (const { path, text } of files) {
    // Folders below are flattened; the order of the names stays.
    const staged = path === platform.configFile ? `${folder}/crio.conf` : `${dropIns}/${path.slice(platform.dropInFolder.length + 1).replaceAll('/', '-')}`;
    writeFileSync(staged, text);
  }
  try {
    const { stdout } = await runForOutput([...command, '--config', `${folder}/crio.conf`, '--config-dir', dropIns, 'config']);
    return parseToml(stdout);
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

function requireServed(config: Table, handler: string, wanted: Table): void {
  const served = crioRuntimes(config)[handler] as Table | undefined;
  const differing = Object.keys(wanted).find((key) => !isDeepStrictEqual(served?.[key], wanted[key]));
  if (differing === undefined) return;
  const problem = served ? `has ${differing} ${String(served[differing])} instead of ${String(wanted[differing])}` : 'is not there';
  throw new Refusal(`CRI-O would not read the drop-ins as it should: the handler "${handler}" ${problem}; nothing was written: remove what sets it otherwise`);
}

function requireOthersUnchanged(before: Table, after: Table, changes: readonly FileChange[], handlers: readonly HandlerTables[]): void {
  const removed = changes.flatMap(({ before: bytes }) => (bytes ? crioHandlers(parseToml(bytes.toString('utf8'))) : []));
  const ours = new Set([...removed, ...handlers.map(({ handler }) => handler)]);
  const rest = (config: Table) => JSON.stringify({ ...config, crio: withoutOurs(config, ours) }, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  if (rest(before) === rest(after)) return;
  throw new Refusal('CRI-O would read more differently than our handlers: look at the files of its drop-in folder with "crio config"; nothing was written');
}

/** SELinux is switched for all handlers, and the plan says so. */
function withoutOurs(config: Table, ours: ReadonlySet<string>): Table {
  const runtime = { ...tableAt(config, ['crio', 'runtime']) };
  delete runtime.selinux;
  const others = Object.fromEntries(Object.entries(crioRuntimes(config)).filter(([handler]) => !ours.has(handler)));
  return { ...tableAt(config, ['crio']), runtime: { ...runtime, runtimes: others } };
}
