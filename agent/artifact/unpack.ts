/// <reference path="../zstd.d.ts" />
import { createHash, Hash } from 'node:crypto';
import { dirname, join } from 'node:path/posix';
import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { ArchiveIndex } from './archive-index';
import { isExecutable } from './bits';
import { entryPath, hardLinkTarget, linkTarget } from './entry-path';
import { TarEntry, TarReader, TarSink } from './tar';
import { zstdFrames } from './zstd-frames';
import { ArchivePlan } from '../../src/installer/install-plan';
import { Host } from '../host/host';
import { Refusal } from '../refusal';

const CHUNK = 1024 * 1024;

/** A file of an unpacked archive, relative to the folder. */
export interface UnpackedFile {
  readonly path: string;
  readonly size: number;
  /** Hex; absent of a release that an older agent unpacked. */
  readonly sha256?: string;
}

/** Which part of an archive is unpacked. */
export type ArchivePart = Pick<ArchivePlan, 'root' | 'include'>;

/**
 * Unpacks archives (`tar.zst`), or a part of what is in them, into an existing empty folder. Folders become 0755, files 0644 or, where the
 * archive says that they are executable, 0755: runsc starts itself again as an unprivileged user. All of it is on the
 * disk on return.
 */
export async function unpack(
  host: Host, archives: readonly string[], directory: string, { root, include }: ArchivePart = {},
): Promise<UnpackedFile[]> {
  const tree = new UnpackedTree(host, directory, root, include && await chosenPaths(host, archives, root, include));
  try {
    for (const archive of archives) await readArchive(host, archive, tree);
  } finally {
    tree.close();
  }
  tree.sync();
  return tree.files;
}

async function chosenPaths(
  host: Host, archives: readonly string[], root: string | undefined, include: readonly string[],
): Promise<ReadonlySet<string>> {
  const index = new ArchiveIndex(root);
  for (const archive of archives) await readArchive(host, archive, index);
  return index.choose(include);
}

async function readArchive(host: Host, archive: string, sink: TarSink): Promise<void> {
  const reader = new TarReader(sink);
  for await (const chunk of decompressed(host, archive)) reader.push(chunk);
  reader.finish();
}

async function* decompressed(host: Host, archive: string): AsyncGenerator<Buffer> {
  const file = host.fs.openSync(host.at(archive), 'r');
  try {
    const readAt = (position: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, host.fs.readSync(file, bytes, 0, length, position));
    };
    for (const { start, end } of zstdFrames(readAt, host.fs.fstatSync(file).size)) {
      const plain = createZstdDecompress();
      // An error of either stream ends both and reaches the loop that reads `plain`.
      pipeline(Readable.from(chunks(readAt, start, end)), plain, () => undefined);
      try {
        yield* plain;
      } catch (error) {
        if (!(error as NodeJS.ErrnoException).code?.startsWith('ZSTD_')) throw error;
        throw new Refusal(`the archive is corrupt: ${(error as Error).message}`);
      }
    }
  } finally {
    host.fs.closeSync(file);
  }
}

function* chunks(readAt: (position: number, length: number) => Buffer, start: number, end: number): Generator<Buffer> {
  for (let position = start; position < end; position += CHUNK) yield readAt(position, Math.min(CHUNK, end - position));
}

class UnpackedTree implements TarSink {
  readonly files: UnpackedFile[] = [];
  /** Every path that is there by now, relative to the folder. */
  private readonly entries = new Map<string, TarEntry['type'] | 'implied directory'>([['.', 'implied directory']]);
  private open: { readonly file: number; readonly mode: number; readonly hash: Hash; readonly entry: Omit<UnpackedFile, 'sha256'> } | undefined;

  /** @param chosen paths that are unpacked, with the folders above them. @default all below `root` */
  constructor(
    private readonly host: Host, private readonly directory: string, private readonly root?: string, private readonly chosen?: ReadonlySet<string>,
  ) {}

  begin(entry: TarEntry): void {
    const path = entryPath(entry.name, this.root);
    if (path === undefined || this.chosen?.has(path) === false) return;
    const known = this.entries.get(path);
    // A folder may be in several archives.
    if (known && !(entry.type === 'directory' && known.endsWith('directory'))) throw new Refusal(`the archive has two entries named ${entry.name}`);
    this.makeParents(path, entry.name);
    this.entries.set(path, entry.type);
    if (entry.type === 'directory' && !known) this.makeDirectory(path);
    if (entry.type === 'symlink') this.host.fs.symlinkSync(linkTarget(path, entry, this.root), this.at(path));
    if (entry.type === 'hardlink') this.makeHardLink(path, entry);
    if (entry.type === 'file') this.makeFile(path, entry);
  }

  content(bytes: Buffer): void {
    if (!this.open) return;
    this.open.hash.update(bytes);
    for (let written = 0; written < bytes.length;) written += this.host.fs.writeSync(this.open.file, bytes, written);
  }

  end(): void {
    if (!this.open) return;
    this.host.fs.fchmodSync(this.open.file, isExecutable(this.open.mode) ? 0o755 : 0o644);
    this.host.fs.fsyncSync(this.open.file);
    this.files.push({ ...this.open.entry, sha256: this.open.hash.digest('hex') });
    this.close();
  }

  /** Lets go of the file that an interrupted archive left open. */
  close(): void {
    if (this.open) this.host.fs.closeSync(this.open.file);
    this.open = undefined;
  }

  /** Makes the names of the entries durable; the files themselves are already. */
  sync(): void {
    for (const [path, type] of this.entries) {
      if (type === 'directory' || type === 'implied directory') this.host.syncDirectory(join(this.directory, path));
    }
  }

  private makeParents(path: string, name: string): void {
    const parent = dirname(path);
    if (parent === path) return;
    const type = this.entries.get(parent);
    if (type === undefined) {
      this.makeParents(parent, name);
      this.makeDirectory(parent);
      this.entries.set(parent, 'implied directory');
    } else if (type !== 'directory' && type !== 'implied directory') {
      throw new Refusal(`the archive has an entry below a ${type}: ${name}`);
    }
  }

  private makeDirectory(path: string): void {
    this.host.fs.mkdirSync(this.at(path));
    this.host.fs.chmodSync(this.at(path), 0o755);
  }

  private makeFile(path: string, { size, mode, name }: TarEntry): void {
    const free = this.host.freeBytes(this.directory);
    if (size > free) throw new Error(`no room for ${name}: it has ${size} bytes, and ${free} are free on the disk of ${this.directory}`);
    this.open = { file: this.host.fs.openSync(this.at(path), 'wx', 0o600), mode, hash: createHash('sha256'), entry: { path, size } };
  }

  private makeHardLink(path: string, entry: TarEntry): void {
    const target = hardLinkTarget(entry, this.root);
    if (this.entries.get(target) !== 'file') {
      throw new Refusal(`the archive has a hard link to something that is no file before it: ${entry.name} -> ${entry.link}`);
    }
    this.host.fs.linkSync(this.at(target), this.at(path));
    this.entries.set(path, 'file');
    this.files.push({ ...this.files.find((file) => file.path === target)!, path });
  }

  private at(path: string): string {
    return this.host.at(join(this.directory, path));
  }
}
