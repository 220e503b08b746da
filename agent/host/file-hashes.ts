import { createHash } from 'node:crypto';
import { Host } from './host';

const CHUNK = 1024 * 1024;

/** By path: what a file looked like when it was read. Nothing can be written to it without changing its ctime. */
export interface KnownHashes {
  readonly [path: string]: { readonly stat: string; readonly sha256: string };
}

/**
 * SHA-256 of files that hardly ever change: read again only where inode, size or time of change differ. A disk that
 * changes bytes by itself is not noticed by that.
 */
export class FileHashes {
  private readonly seen: { -readonly [path in keyof KnownHashes]: KnownHashes[path] } = {};

  /** @param known those of an earlier look, as `toJSON` gave them. */
  constructor(private readonly host: Host, private readonly known: KnownHashes = {}) {}

  /** Hex; undefined where there is no such file. */
  of(path: string): string | undefined {
    const found = this.host.stat(path);
    if (!found?.isFile()) return undefined;
    const stat = `${found.ino} ${found.size} ${found.ctimeMs}`;
    const known = Object.hasOwn(this.known, path) ? this.known[path] : undefined;
    this.seen[path] ??= known?.stat === stat ? known : { stat, sha256: hashOfFile(this.host, path, 'sha256') };
    return this.seen[path].sha256;
  }

  /** Those that were asked for. */
  toJSON(): KnownHashes {
    return this.seen;
  }
}

/** Hex hash of a file that is there, read piece by piece. */
export function hashOfFile(host: Host, path: string, algorithm: 'sha256' | 'sha512'): string {
  const { fs } = host;
  const file = fs.openSync(host.at(host.follow(path)), 'r');
  try {
    const hash = createHash(algorithm);
    const buffer = Buffer.alloc(CHUNK);
    for (let length; (length = fs.readSync(file, buffer, 0, CHUNK, null)) > 0;) hash.update(buffer.subarray(0, length));
    return hash.digest('hex');
  } finally {
    fs.closeSync(file);
  }
}
