import * as nodeFs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { explained } from './errno';
import { Refusal } from '../refusal';

/** The calls of `node:fs` that touch the host, so that a test can make any single one of them fail. */
export type HostFs = Pick<typeof nodeFs,
'chmodSync' | 'closeSync' | 'fchmodSync' | 'fstatSync' | 'fsyncSync' | 'ftruncateSync' | 'linkSync' | 'lstatSync' | 'mkdirSync' |
'openSync' | 'readFileSync' | 'readSync' | 'readdirSync' | 'readlinkSync' | 'renameSync' | 'rmdirSync' | 'statfsSync' | 'statSync' | 'symlinkSync' |
'unlinkSync' | 'writeSync'>;

/**
 * Ends the name of everything unfinished. No glob of a containerd configuration imports it (`*.toml`), and since one
 * run at a time holds the lock, whatever has it at the start of a run was left by a dead one.
 */
const UNFINISHED = '.sandbox-runtimes.tmp';

/** The host's files. What `write`, `remove` and `makeDirectories` did is on the disk when they return. */
export class Host {
  /** @param root where the host's `/` is; another folder in tests. */
  constructor(readonly root: string = '/', readonly fs: HostFs = nodeFs) {}

  /** Where a path of the host is for this process. */
  at(path: string): string {
    return join(this.root, path);
  }

  /** The content, or undefined where there is no such file. Follows symbolic links as the host would. */
  read(path: string): Buffer | undefined {
    return absentAsUndefined(() => this.fs.readFileSync(this.at(this.follow(path))));
  }

  stat(path: string): nodeFs.Stats | undefined {
    return absentAsUndefined(() => this.fs.lstatSync(this.at(this.follow(path))));
  }

  /** Names in a folder, sorted; none where there is no such folder. */
  list(path: string): string[] {
    return absentAsUndefined(() => this.fs.readdirSync(this.at(path)).sort()) ?? [];
  }

  /** Bytes that may still be written below a folder that exists. */
  freeBytes(path: string): number {
    const { bavail, bsize } = this.fs.statfsSync(this.at(path));
    return bavail * bsize;
  }

  /** The path with symbolic links of its last part resolved, so that a write meets the file and not the link. */
  follow(path: string): string {
    let current = path;
    for (let links = 0; links < 40; links++) {
      const link = absentAsUndefined(() => this.fs.lstatSync(this.at(current)));
      if (!link?.isSymbolicLink()) return current;
      current = resolve(dirname(current), this.fs.readlinkSync(this.at(current)));
    }
    throw new Refusal(`${path} is a symbolic link that leads back to itself: make it a file`);
  }

  /**
   * Replaces a file as a whole: a reader, or a power cut, meets the old bytes or the new ones and nothing between.
   * An existing file keeps its permissions, a new one gets `mode`.
   *
   * @param unfinishedIn folder in which it is built; its own, unless a reader would take everything there
   */
  write(path: string, content: Buffer | string, mode: number, unfinishedIn = ''): void {
    const target = this.follow(path);
    const existing = this.stat(target);
    const unfinished = unfinishedName(unfinishedIn ? join(unfinishedIn, basename(target)) : target);
    this.removeTree(unfinished);
    try {
      const file = this.fs.openSync(this.at(unfinished), 'wx', 0o600);
      try {
        this.writeAll(file, content);
        this.fs.fchmodSync(file, existing ? existing.mode % 0o10000 : mode);
        this.fs.fsyncSync(file);
      } finally {
        this.fs.closeSync(file);
      }
      this.rename(unfinished, target);
    } catch (error) {
      this.tryTo(() => this.removeTree(unfinished));
      throw explained(error, `writing ${path}`);
    }
  }

  /**
   * Writes a file that cannot be replaced because it is itself a mount. The bytes go over the old ones in one call
   * before the rest is cut off, so that a crash never leaves a file without its first line.
   */
  writeInPlace(path: string, content: Buffer): void {
    const file = this.fs.openSync(this.at(path), 'r+');
    try {
      this.writeAll(file, content, 0);
      this.fs.ftruncateSync(file, content.length);
      this.fs.fsyncSync(file);
    } finally {
      this.fs.closeSync(file);
    }
  }

  /** Removes a file; fine if it is not there. */
  remove(path: string): void {
    const target = this.follow(path);
    if (absentAsUndefined(() => (this.fs.unlinkSync(this.at(target)), true))) this.syncDirectory(dirname(target));
  }

  /** Makes a folder and those above it that are missing; returns the new ones, outermost first. */
  makeDirectories(path: string): string[] {
    const missing = this.missingDirectories(path);
    for (const directory of missing) {
      try {
        this.fs.mkdirSync(this.at(directory));
        this.fs.chmodSync(this.at(directory), 0o755);
        this.syncDirectory(dirname(directory));
      } catch (error) {
        throw explained(error, `making the folder ${directory}`);
      }
    }
    return missing;
  }

  /** Those of a folder and the folders above it that do not exist, outermost first. */
  missingDirectories(path: string): string[] {
    const missing: string[] = [];
    for (let current = path; !this.isDirectory(current); current = dirname(current)) {
      missing.unshift(current);
      if (current === '/') break;
    }
    return missing;
  }

  /** Removes a folder if nothing is in it. */
  removeIfEmpty(path: string): void {
    if (!this.isDirectory(path) || this.list(path).length) return;
    this.fs.rmdirSync(this.at(path));
    this.syncDirectory(dirname(path));
  }

  /** Removes a file or folder and all below it, following no link; fine if it is not there. */
  removeTree(path: string): void {
    const entry = absentAsUndefined(() => this.fs.lstatSync(this.at(path)));
    if (!entry) return;
    if (!entry.isDirectory()) return this.fs.unlinkSync(this.at(path));
    for (const name of this.list(path)) this.removeTree(join(path, name));
    this.fs.rmdirSync(this.at(path));
  }

  /** Removes a folder as a whole: it is there with all its files, or not at all. */
  discard(path: string): void {
    const discarded = unfinishedName(`${path}.discarded`);
    if (!absentAsUndefined(() => this.fs.lstatSync(this.at(path)))) return;
    this.removeTree(discarded);
    this.rename(path, discarded);
    this.removeTree(discarded);
  }

  /** Cleans up after an error, which is the one to be told, and not that cleaning up failed as well. */
  tryTo(cleanUp: () => void): void {
    try {
      cleanUp();
    } catch {
      // The next run sweeps what is left.
    }
  }

  /** Gives a finished file or folder its name, durably. */
  rename(from: string, to: string): void {
    this.fs.renameSync(this.at(from), this.at(to));
    this.syncDirectory(dirname(to));
  }

  syncDirectory(path: string): void {
    const directory = this.fs.openSync(this.at(path), 'r');
    try {
      this.fs.fsyncSync(directory);
    } finally {
      this.fs.closeSync(directory);
    }
  }

  /** Removes what a dead run left unfinished in a folder. */
  sweep(directory: string): void {
    for (const name of this.list(directory)) {
      if (name.startsWith('.') && name.endsWith(UNFINISHED)) this.removeTree(join(directory, name));
    }
  }

  private isDirectory(path: string): boolean {
    return absentAsUndefined(() => this.fs.statSync(this.at(path)))?.isDirectory() ?? false;
  }

  /** One call may write less than it was given. */
  private writeAll(file: number, content: Buffer | string, position?: number): void {
    const bytes = Buffer.from(content);
    for (let written = 0; written < bytes.length;) {
      written += this.fs.writeSync(file, bytes, written, bytes.length - written, position === undefined ? null : position + written);
    }
  }
}

/** The name under which a file or folder is built, beside its final one. */
export function unfinishedName(path: string): string {
  return join(dirname(path), `.${basename(path)}${UNFINISHED}`);
}

function absentAsUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
