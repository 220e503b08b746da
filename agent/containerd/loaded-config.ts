import { isUtf8 } from 'node:buffer';
import { posix } from 'node:path';
import { Refusal } from '../refusal';
import { fixedFolder, globFiles } from './glob';
import { HostFiles } from './host-files';
import { isTable, merged, parseToml, Table } from './toml';

/** One file of containerd's configuration. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  readonly content: Table;
  /** The files that its `imports` name, in containerd's order; they may have been loaded before. */
  readonly imports: readonly string[];
}

/**
 * Reads the main file and follows `imports` as containerd does: breadth first, each file once, a relative path from
 * the folder of the file that has it, a pattern only where there is a `*`. Empty if there is no main file.
 *
 * @see https://github.com/containerd/containerd/blob/main/docs/man/containerd-config.toml.5.md
 */
export function loadConfig(files: HostFiles, mainFile: string): ConfigFile[] {
  const main = files.read(mainFile);
  if (!main) return [];
  const loaded = new Map<string, ConfigFile>();
  const pending = [mainFile];
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    if (loaded.has(path)) continue;
    const file = configFile(files, path);
    loaded.set(path, file);
    pending.push(...file.imports);
  }
  return [...loaded.values()];
}

/** The text of a configuration file; containerd takes only UTF-8. */
export function configText(path: string, bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Refusal(`${path} is not UTF-8 text: containerd cannot read it; restore the file`);
  if (bytes.indexOf('\ufeff') === 0) throw new Refusal(`${path} begins with a byte order mark, which containerd 2 cannot read: save the file without it`);
  return bytes.toString('utf8');
}

/** The content of a configuration file. */
export function configContent(path: string, text: string): Table {
  try {
    return parseToml(text);
  } catch (error) {
    const { line, column, message } = error as Error & { line?: number; column?: number };
    const where = line === undefined ? '' : ` in line ${line}, column ${column}`;
    throw new Refusal(`${path} is not valid TOML${where}: ${firstSentence(message)}; correct the file, containerd cannot read it either`);
  }
}

/** The entries of a file's `imports`, as they are written. */
export function importEntries(path: string, content: Table): string[] {
  const { imports } = content;
  if (imports === undefined) return [];
  if (!Array.isArray(imports) || imports.some((entry) => typeof entry !== 'string')) {
    throw new Refusal(`${path}: imports has to be an array of strings, such as imports = ["/etc/containerd/conf.d/*.toml"]`);
  }
  return imports as string[];
}

/** An entry of `imports` as an absolute path or pattern. */
export function resolveImport(importer: string, entry: string): string {
  return posix.resolve(posix.dirname(importer), entry);
}

/** All files in one, as containerd 2.x merges plugin tables: deeply, the later file wins. Lists are not joined. */
export function mergedContent(config: readonly ConfigFile[]): Table {
  return config.reduce<Table>((all, { content }) => merged(all, content), {});
}

/** The configuration version that counts: the last one that a file states, 0 if none does. */
export function configVersion(config: readonly ConfigFile[]): number {
  return config.map(({ content }) => Number(content.version ?? 0)).reduce((last, version) => version || last, 0);
}

/** The tables of all plugins. */
export function pluginTables(content: Table): Table {
  return isTable(content.plugins) ? content.plugins : {};
}

function configFile(files: HostFiles, path: string): ConfigFile {
  const bytes = files.read(path);
  if (!bytes) throw new Refusal(`${path} is imported by name but is not there: containerd would not start; restore it or remove it from imports`);
  const text = configText(path, bytes);
  const content = configContent(path, text);
  return { path, text, content, imports: importEntries(path, content).flatMap((entry) => importedFiles(files, path, entry)) };
}

function importedFiles(files: HostFiles, importer: string, entry: string): string[] {
  const pattern = resolveImport(importer, entry);
  if (!files.sees(pattern.includes('*') ? fixedFolder(pattern) : pattern)) {
    throw new Refusal(`${importer} imports ${JSON.stringify(entry)}, which the installer cannot see from its Pod: `
      + `name their folder in importedFolders of the NodeInstaller, or move them below ${posix.dirname(importer)}`);
  }
  return pattern.includes('*') ? globFiles(files, pattern) : [pattern];
}

function firstSentence(message: string): string {
  return message.split('\n')[0].replace(/^Invalid TOML document: /, '');
}
