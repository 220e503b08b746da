import { join } from 'node:path';
import { CrioPlatformPlan } from '../../src/installer/install-plan';
import { parseToml, Table, tableAt, valueAt } from '../containerd/toml';
import { Host } from '../host/host';
import { Refusal } from '../refusal';

/** A file that CRI-O reads; later ones win. */
export interface CrioFile {
  readonly path: string;
  readonly text: string;
}

/** The main file and everything in the folder, whatever its name, in CRI-O's order. */
export function loadCrioConfig(host: Host, { configFile, dropInFolder }: CrioPlatformPlan): CrioFile[] {
  return [configFile, ...filesBelow(host, dropInFolder)].flatMap((path) => {
    const text = host.read(path)?.toString('utf8');
    return text === undefined ? [] : [{ path, text }];
  });
}

export function crioContent({ path, text }: CrioFile): Table {
  try {
    return parseToml(text);
  } catch (error) {
    throw new Refusal(`${path} is not TOML: ${(error as Error).message}; CRI-O reads every file there and would not start with it, correct or remove it first`);
  }
}

/** The tables of handlers that a file has. */
export function crioRuntimes(content: Table): { readonly [handler: string]: Table } {
  return (tableAt(content, ['crio', 'runtime', 'runtimes']) ?? {}) as { readonly [handler: string]: Table };
}

/** The handlers that a file defines. */
export function crioHandlers(content: Table): string[] {
  return Object.keys(crioRuntimes(content));
}

/** What the files say of SELinux; undefined where that is left to CRI-O, which follows the node. */
export function crioSelinux(files: readonly CrioFile[]): boolean | undefined {
  const given = files.map((file) => valueAt(crioContent(file), ['crio', 'runtime', 'selinux'])).filter((value) => typeof value === 'boolean');
  return given.at(-1);
}

function filesBelow(host: Host, folder: string): string[] {
  return host.list(folder).flatMap((name) => {
    const path = join(folder, name);
    return host.stat(path)?.isDirectory() ? filesBelow(host, path) : [path];
  });
}
