/** An entry of an archive that a test writes; hostile ones included, so nothing is checked. */
export interface WrittenEntry {
  readonly name: string;
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly link?: string;
  /** Says another size in the header than the content has. */
  readonly size?: number;
}

const BLOCK = 512;

/** A tar archive; the names of long entries go to a GNU header or a pax header. */
export function tar(entries: readonly WrittenEntry[], longNames: 'gnu' | 'pax' = 'gnu'): Buffer {
  return Buffer.concat([...entries.map((entry) => tarEntry(entry, longNames)), Buffer.alloc(2 * BLOCK)]);
}

/** One entry without the end of an archive. */
export function tarEntry(entry: WrittenEntry, longNames: 'gnu' | 'pax' = 'gnu'): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const type = entry.type ?? (entry.name.endsWith('/') ? '5' : '0');
  const parts = [header({ ...entry, type, size: entry.size ?? content.length }), padded(content)];
  if (longNames === 'pax') {
    const records = [...long('path', entry.name), ...long('linkpath', entry.link ?? '')].map(paxRecord);
    if (records.length) parts.unshift(metadata('x', Buffer.from(records.join(''))));
  } else {
    if (Buffer.byteLength(entry.link ?? '') > 100) parts.unshift(metadata('K', Buffer.from(`${entry.link}\0`)));
    if (Buffer.byteLength(entry.name) > 100) parts.unshift(metadata('L', Buffer.from(`${entry.name}\0`)));
  }
  return Buffer.concat(parts);
}

/** A header with any type and content before the entry it is about. */
export function metadata(type: string, content: Buffer): Buffer {
  return Buffer.concat([header({ name: 'metadata', type, size: content.length }), padded(content)]);
}

export function paxRecord([key, value]: readonly [string, string]): string {
  const body = Buffer.byteLength(` ${key}=${value}\n`);
  let length = body + String(body).length;
  if (String(length).length > String(body).length) length = body + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** Writes the checksum of a header that a test has changed. */
export function withChecksum(bytes: Buffer): Buffer {
  bytes.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of bytes.subarray(0, BLOCK)) sum += byte;
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

function header({ name, type, size, mode = 0o644, link = '' }: WrittenEntry & { size: number; type: string }): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  Buffer.from(name).subarray(0, 100).copy(bytes);
  bytes.write(`${mode.toString(8).padStart(7, '0')}\0`, 100, 'latin1');
  bytes.write('0000000\0'.repeat(2), 108, 'latin1');
  bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  bytes.write(`${'0'.repeat(11)}\0`, 136, 'latin1');
  bytes.write(type, 156, 'latin1');
  Buffer.from(link).subarray(0, 100).copy(bytes, 157);
  bytes.write('ustar\x0000', 257, 'latin1');
  return withChecksum(bytes);
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - content.length % BLOCK) % BLOCK)]);
}

function long(key: string, value: string): [string, string][] {
  return Buffer.byteLength(value) > 100 ? [[key, value]] : [];
}
