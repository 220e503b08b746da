import { Refusal } from '../refusal';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink';

export interface TarEntry {
  readonly name: string;
  readonly type: TarEntryType;
  readonly mode: number;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** Target of a link as written, else ''. */
  readonly link: string;
}

/** Takes the entries of an archive in their order; `content` and `end` are about the entry begun last. */
export interface TarSink {
  begin(entry: TarEntry): void;
  content(bytes: Buffer): void;
  end(): void;
}

const BLOCK = 512;
/** A name or a pax header longer than this is an attack on memory, not a path. */
const MOST_METADATA = 1024 * 1024;

const ENTRY_TYPES: { readonly [flag: string]: TarEntryType } = { '0': 'file', '\0': 'file', '7': 'file', '5': 'directory', '2': 'symlink', '1': 'hardlink' };
const REFUSED_TYPES: { readonly [flag: string]: string } = { 3: 'a character device', 4: 'a block device', 6: 'a fifo', S: 'a sparse file' };

/**
 * Reads a tar archive as it arrives in chunks: ustar, GNU long names and pax headers. Whether a name is harmless is
 * for the sink to judge.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export class TarReader {
  private pending = Buffer.alloc(0);
  /** What the bytes after a header are, and how many are still to come. */
  private body: { readonly take: (bytes: Buffer) => void; readonly done: () => void; left: number; padding: number } | undefined;
  private long: { path?: string; linkpath?: string; size?: number } = {};
  private zeroBlocks = 0;

  constructor(private readonly sink: TarSink) {}

  push(chunk: Buffer): void {
    let bytes = this.pending.length ? Buffer.concat([this.pending, chunk]) : chunk;
    for (;;) {
      if (this.body) {
        bytes = this.takeBody(bytes);
        if (this.body) break;
      }
      if (bytes.length < BLOCK) break;
      this.takeHeader(bytes.subarray(0, BLOCK));
      bytes = bytes.subarray(BLOCK);
    }
    this.pending = Buffer.from(bytes);
  }

  /** To be called after the last chunk. */
  finish(): void {
    if (this.body || this.pending.length || this.zeroBlocks < 2) throw new Refusal('the archive is cut off: it does not end with two empty blocks');
  }

  private takeBody(bytes: Buffer): Buffer {
    const body = this.body!;
    const taken = Math.min(body.left, bytes.length);
    if (taken) body.take(bytes.subarray(0, taken));
    body.left -= taken;
    const skipped = Math.min(body.padding, bytes.length - taken);
    if (!body.left) body.padding -= skipped;
    if (!body.left && !body.padding) {
      this.body = undefined;
      body.done();
    }
    return bytes.subarray(taken + skipped);
  }

  private takeHeader(header: Buffer): void {
    if (header.every((byte) => byte === 0)) {
      this.zeroBlocks++;
      return;
    }
    if (this.zeroBlocks) throw new Refusal('the archive is corrupt: something follows its end');
    if (number(header, 148, 8) !== checksum(header)) throw new Refusal('the archive is corrupt: a header does not match its checksum');
    const flag = String.fromCharCode(header[156]);
    const size = number(header, 124, 12);
    if ('LKxg'.includes(flag)) return this.takeMetadata(flag, size);
    const { path, linkpath, size: longSize } = this.long;
    this.long = {};
    const name = path ?? plainName(header);
    if (REFUSED_TYPES[flag]) throw new Refusal(`the archive has an entry that is ${REFUSED_TYPES[flag]}: ${name}`);
    const type = ENTRY_TYPES[flag];
    if (!type) throw new Refusal(`the archive has an entry of unknown type ${JSON.stringify(flag)}: ${name}`);
    // Old archives mark a folder only by the slash at its end.
    const entryType = type === 'file' && name.endsWith('/') ? 'directory' : type;
    const content = entryType === 'file' ? longSize ?? size : 0;
    this.sink.begin({ name, type: entryType, mode: number(header, 100, 8), size: content, link: linkpath ?? text(header, 157, 100) });
    this.expect(content, (bytes) => this.sink.content(bytes), () => this.sink.end());
  }

  private takeMetadata(flag: string, size: number): void {
    if (size > MOST_METADATA) throw new Refusal(`the archive is corrupt: a header of ${size} bytes`);
    const parts: Buffer[] = [];
    this.expect(size, (bytes) => parts.push(Buffer.from(bytes)), () => {
      const data = Buffer.concat(parts);
      if (flag === 'L') this.long.path = text(data, 0, data.length);
      if (flag === 'K') this.long.linkpath = text(data, 0, data.length);
      if (flag === 'x') Object.assign(this.long, paxRecords(data));
    });
  }

  private expect(size: number, take: (bytes: Buffer) => void, done: () => void): void {
    if (size) this.body = { take, done, left: size, padding: (BLOCK - size % BLOCK) % BLOCK };
    else done();
  }
}

/** Records `<length> <key>=<value>\n`, the length in bytes and counting itself. */
function paxRecords(data: Buffer): { path?: string; linkpath?: string; size?: number } {
  const records: { path?: string; linkpath?: string; size?: number } = {};
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(' ', at);
    const length = space < 0 ? NaN : Number(data.toString('latin1', at, space));
    const equals = data.indexOf('=', space);
    const end = at + length;
    if (!(length > 0) || end > data.length || equals < 0 || equals >= end || data[end - 1] !== 0x0a) {
      throw new Refusal('the archive is corrupt: an unreadable pax header');
    }
    const key = data.toString('utf8', space + 1, equals);
    const value = data.toString('utf8', equals + 1, end - 1);
    if (key.startsWith('GNU.sparse.')) throw new Refusal('the archive has an entry that is a sparse file');
    if (key === 'path' || key === 'linkpath') records[key] = value;
    if (key === 'size') records.size = wholeNumber(value);
    at = end;
  }
  return records;
}

function plainName(header: Buffer): string {
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(header, 345, 155) : '';
  return prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100);
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** Octal digits, or binary where the first bit is set (GNU, for files of 8 GiB and more). */
function number(header: Buffer, start: number, length: number): number {
  if (header[start] >= 0x80) {
    let value = header[start] % 0x80;
    for (const byte of header.subarray(start + 1, start + length)) value = value * 256 + byte;
    return wholeNumber(String(value));
  }
  const digits = text(header, start, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new Refusal(`the archive is corrupt: ${JSON.stringify(digits)} is not an octal number`);
  return parseInt(digits || '0', 8);
}

function wholeNumber(digits: string): number {
  const value = Number(digits);
  if (!Number.isSafeInteger(value) || value < 0) throw new Refusal(`the archive is corrupt: ${JSON.stringify(digits)} is not a size`);
  return value;
}

/** Sum of the header's bytes, its own checksum counted as spaces. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i];
  return sum;
}
