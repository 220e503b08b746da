import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { FsCall } from './crashing-fs';

/** What a disk may have kept of what was not made durable. */
export const LOSSES = {
  /** Names are on the disk at once, bytes only when their file is synced: XFS, and ext4 when anybody else syncs. */
  bytes: 'the bytes of files that were not synced',
  /** Names are on the disk when their folder is synced: nobody else syncs. */
  names: 'the names in folders that were not synced',
} as const;
export type Loss = keyof typeof LOSSES;

interface Inode {
  readonly type: 'file' | 'folder' | 'link';
  mode: number;
  content: Buffer;
  synced: Buffer;
  entries: Map<string, Inode>;
  syncedEntries: Map<string, Inode>;
}

/** Follows the calls on a folder, and knows what a power cut would leave of it. */
export class VolatileDisk {
  private readonly top: Inode;
  private readonly open = new Map<unknown, { readonly inode: Inode; position: number }>();

  /** All that is in the folder now is durable. */
  constructor(private readonly root: string) {
    this.top = load(root);
  }

  /** To be told each call that came through, with its result. */
  follow({ name, args }: FsCall, result: unknown): void {
    const [first, second] = args;
    const at = first as string;
    switch (name) {
      case 'openSync': {
        if (second === 'wx') this.add(at, inode('file', Number(args[2] ?? 0o644)));
        this.open.set(result, { inode: this.find(at), position: 0 });
        break;
      }
      case 'closeSync': this.open.delete(first); break;
      case 'writeSync': this.written(args, Number(result)); break;
      case 'ftruncateSync': this.file(first).content = this.file(first).content.subarray(0, Number(second)); break;
      case 'fchmodSync': this.file(first).mode = Number(second); break;
      case 'chmodSync': this.find(at).mode = Number(second); break;
      case 'mkdirSync': this.add(at, inode('folder', 0o755)); break;
      case 'symlinkSync': this.add(String(second), { ...inode('link', 0o777), content: Buffer.from(at), synced: Buffer.from(at) }); break;
      case 'linkSync': this.add(String(second), this.find(at)); break;
      case 'renameSync': {
        const moved = this.find(at);
        this.parent(at).entries.delete(basename(at));
        this.add(String(second), moved);
        break;
      }
      case 'unlinkSync': case 'rmdirSync': this.parent(at).entries.delete(basename(at)); break;
      case 'fsyncSync': {
        const synced = this.file(first);
        synced.synced = Buffer.from(synced.content);
        synced.syncedEntries = new Map(synced.entries);
        break;
      }
    }
  }

  /** Writes into an empty folder what is left after a power cut now. */
  powerCut(loss: Loss, folder: string): void {
    store(this.top, loss, folder, new Map());
  }

  /** A file as a power cut now would leave it. */
  left(loss: Loss, path: string): string | undefined {
    let current: Inode | undefined = this.top;
    for (const name of path.split('/').filter(Boolean)) current = (loss === 'names' ? current?.syncedEntries : current?.entries)?.get(name);
    return current?.synced.toString();
  }

  private written([file, bytes, offset = 0, , position]: readonly unknown[], length: number): void {
    const opened = this.open.get(file)!;
    const start = (position as number | null | undefined) ?? opened.position;
    const { content } = opened.inode;
    const end = Math.max(content.length, start + length);
    opened.inode.content = Buffer.concat([content, Buffer.alloc(end - content.length)]);
    opened.inode.content.set((bytes as Uint8Array).subarray(offset as number, offset as number + length), start);
    opened.position = start + length;
  }

  private file(descriptor: unknown): Inode {
    return this.open.get(descriptor)!.inode;
  }

  private add(path: string, added: Inode): void {
    this.parent(path).entries.set(basename(path), added);
  }

  private parent(path: string): Inode {
    return this.find(dirname(path));
  }

  private find(path: string): Inode {
    const names = relative(this.root, path).split('/').filter(Boolean);
    return names.reduce((current, name) => current.entries.get(name)!, this.top);
  }
}

function inode(type: Inode['type'], mode: number): Inode {
  return { type, mode, content: Buffer.alloc(0), synced: Buffer.alloc(0), entries: new Map(), syncedEntries: new Map() };
}

function load(path: string): Inode {
  const stats = lstatSync(path);
  const type = stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : 'file';
  const content = type === 'file' ? readFileSync(path) : type === 'link' ? Buffer.from(readlinkSync(path)) : Buffer.alloc(0);
  const entries = type === 'folder' ? readdirSync(path).map((name) => [name, load(join(path, name))] as const) : [];
  return { type, mode: stats.mode % 0o10000, content, synced: content, entries: new Map(entries), syncedEntries: new Map(entries) };
}

function store(stored: Inode, loss: Loss, path: string, known: Map<Inode, string>): void {
  const { type, mode, synced, entries, syncedEntries } = stored;
  if (type === 'link') return symlinkSync(synced.toString(), path);
  if (type === 'file') {
    const other = known.get(stored);
    if (other) return linkSync(other, path);
    known.set(stored, path);
    writeFileSync(path, synced);
  } else {
    mkdirSync(path, { recursive: true });
    for (const [name, below] of loss === 'names' ? syncedEntries : entries) store(below, loss, join(path, name), known);
  }
  chmodSync(path, mode);
}
