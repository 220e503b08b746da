import { closeSync, existsSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { Refusal } from '../refusal';
import { elfInterpreter } from './elf';
import { HOST_USR } from '../../src/installer/pod-layout';

/** The host's containerd, as it can be started inside the installer's Pod. */
export interface ContainerdCommand {
  /** Path on the host, e.g. `/usr/bin/containerd`. */
  readonly binary: string;
  /** Program and first arguments in the Pod; containerd's own arguments follow. */
  readonly command: readonly string[];
}

/** The folders of a host that are links into /usr wherever /usr is merged, as on every current distribution. */
const MERGED = /^\/(bin|sbin|lib|lib32|lib64|libx32)(?=\/)/;

/** As much of a program as holds its headers and the name of its loader. */
const HEADER_BYTES = 64 * 1024;

/**
 * Finds the host's containerd below the mounted `/usr`: the one that the unit starts, where that is known, else the
 * first of `candidates` that exists. A static program runs as it is. A dynamically linked one needs the libraries
 * that it was linked with: it is started through the host's own loader, from the host's library folders.
 *
 * @param name of another daemon of the host that is wanted instead
 */
export function containerdCommand(hostUsr: string, running: readonly string[] | undefined, candidates: readonly string[], name = 'containerd'): ContainerdCommand {
  const binary = running?.[0] ?? candidates.find((candidate) => visible(hostUsr, candidate));
  if (!binary) throw new Refusal(`no ${name} found on the host: looked for ${candidates.join(', ')}; give the installer the platform of these nodes, with the path of its binary`);
  const program = visible(hostUsr, binary);
  if (!program) {
    throw new Refusal(`${name} is started from ${binary}, which the installer cannot see: it only mounts the host's /usr. `
      + 'Start it from a path below /usr');
  }
  const loader = interpreterOf(program, binary, name);
  if (loader === undefined) return { binary, command: [program] };
  const resolved = resolveBelowUsr(hostUsr, loader);
  if (!resolved) throw new Refusal(`${binary} needs the loader ${loader}, which is not below the host's /usr: use a host with a merged /usr`);
  return { binary, command: [resolved, '--library-path', libraryFolders(hostUsr, resolved).join(':'), program] };
}

/** Where containerd looks for its main file unless it is told otherwise. */
const DEFAULT_CONFIG_FILE = '/etc/containerd/config.toml';

/**
 * The main file that a containerd with these arguments reads.
 *
 * @param environment of the unit: systemd tells the arguments before it puts variables in. An unknown one stays as it is.
 */
export function configFileOf(argv: readonly string[], environment: { readonly [name: string]: string } = {}): string {
  const expanded = argv.map((argument) => argument.replace(/\$\{(\w+)\}|\$(\w+)/g, (found, braced, bare) => environment[braced ?? bare] ?? found));
  for (const [index, argument] of expanded.entries()) {
    const match = /^--?(?:c|config)(?:=(.*))?$/.exec(argument);
    if (match) return match[1] ?? expanded[index + 1] ?? DEFAULT_CONFIG_FILE;
  }
  return DEFAULT_CONFIG_FILE;
}

/** Where a host path is in the Pod, links followed as the host would follow them; undefined where it is not below /usr or not there. */
export function resolveBelowUsr(hostUsr: string, hostPath: string): string | undefined {
  let parts = posix.normalize(hostPath).replace(MERGED, '/usr/$1').split('/').slice(1);
  let done: string[] = [];
  for (let links = 0; parts.length > 0;) {
    const [name, ...rest] = parts;
    const host = `/${[...done, name].join('/')}`;
    if (host !== HOST_USR && !host.startsWith(`${HOST_USR}/`)) return undefined;
    const path = hostUsr + host.slice(HOST_USR.length);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (stat.isSymbolicLink()) {
      if (++links > 40) return undefined;
      const target = posix.resolve(posix.dirname(host), readlinkSync(path), ...rest);
      parts = target.replace(MERGED, '/usr/$1').split('/').slice(1);
      done = [];
    } else {
      done.push(name);
      parts = rest;
    }
  }
  return hostUsr + `/${done.join('/')}`.slice(HOST_USR.length);
}

/**
 * Where a program is in the Pod: below the mounted /usr, or at its own path in a folder of the platform. There the
 * name stays what it is, also of a link: one program that is several goes by it.
 */
function visible(hostUsr: string, path: string): string | undefined {
  return resolveBelowUsr(hostUsr, path) ?? (!MERGED.test(path) && !path.startsWith('/usr/') && existsSync(path) ? path : undefined);
}

function interpreterOf(program: string, binary: string, name: string): string | undefined {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(program, 'r');
  try {
    return elfInterpreter(header.subarray(0, readSync(file, header, 0, header.length, 0)));
  } catch (error) {
    throw new Refusal(`${binary} is ${(error as Error).message}: the installer cannot try a configuration with it. `
      + `Let the unit start ${name} itself, not a script`);
  } finally {
    closeSync(file);
  }
}

/** Where the host's loader would look by default: beside itself, in the multiarch folders, lib64 and lib. */
function libraryFolders(hostUsr: string, loader: string): string[] {
  const lib = `${hostUsr}/lib`;
  const multiarch = existsSync(lib) ? readdirSync(lib).filter((name) => /^[a-z0-9_]+-linux-(gnu|musl)/.test(name)).sort() : [];
  const folders = [posix.dirname(loader), ...multiarch.map((name) => `${lib}/${name}`), `${hostUsr}/lib64`, lib, `${hostUsr}/local/lib`];
  return [...new Set(folders)].filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory());
}
