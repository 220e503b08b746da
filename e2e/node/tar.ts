import { readFileSync } from 'node:fs';

/** An entry of a tar archive; without content or link it is a folder. */
export interface TarEntry {
  readonly path: string;
  readonly mode?: number;
  readonly content?: Buffer | string;
  /** Target of a symbolic link. */
  readonly link?: string;
}

const BLOCK = 512;

/** A ustar archive, the same bytes for the same entries. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(entry => {
    const content = Buffer.from(entry.content ?? '');
    return [header(entry, content.length), content, Buffer.alloc((BLOCK - content.length % BLOCK) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** A file of this machine as an entry. */
export function fileEntry(path: string, source: string): TarEntry {
  return { path, mode: 0o755, content: readFileSync(source) };
}

function header(entry: TarEntry, size: number): Buffer {
  if (Buffer.byteLength(entry.path) > 100) throw new Error(`the path is longer than a plain ustar header holds: ${entry.path}`);
  const block = Buffer.alloc(BLOCK);
  const type = entry.link !== undefined ? '2' : entry.content !== undefined ? '0' : '5';
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, '0') + '\0';
  block.write(entry.path, 0);
  block.write(octal(entry.mode ?? (type === '0' ? 0o644 : 0o755), 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(entry.link ?? '', 157);
  block.write('ustar\0' + '00', 257);
  block.write(octal(block.reduce((sum, byte) => sum + byte, 0), 7) + ' ', 148);
  return block;
}
