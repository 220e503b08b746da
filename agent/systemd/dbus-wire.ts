/**
 * The D-Bus wire format, little endian: values by signature.
 *
 * @see https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-marshaling
 */

/** Struct and dictionary entry: an array of their parts; `x` and `t` are bigint, `b` is boolean, all other numbers are number. */
export type DBusValue = number | bigint | boolean | string | DBusVariant | readonly DBusValue[];

/** A value that carries its own type. */
export class DBusVariant {
  constructor(readonly signature: string, readonly value: DBusValue) {}
}

/** Limits of the specification: longer ones are refused by every peer, or are no D-Bus at all. */
const MAX_ARRAY_BYTES = 2 ** 26;
const MAX_DEPTH = 64;

const ALIGNMENT: { readonly [code: string]: number } = {
  'y': 1, 'g': 1, 'v': 1, 'n': 2, 'q': 2, 'i': 4, 'u': 4, 'b': 4, 'h': 4, 's': 4, 'o': 4, 'a': 4, 'x': 8, 't': 8, 'd': 8, '(': 8, '{': 8,
};

/** The complete types that a signature is made of: `sa{sv}u` is `s`, `a{sv}` and `u`. */
export function splitSignature(signature: string): string[] {
  const types: string[] = [];
  for (let start = 0, end; start < signature.length; start = end) {
    end = typeEnd(signature, start, 0);
    types.push(signature.slice(start, end));
  }
  return types;
}

function typeEnd(signature: string, start: number, depth: number): number {
  const code = signature[start];
  if (depth > MAX_DEPTH || !(code in ALIGNMENT)) throw new Error(`"${signature}" is no D-Bus signature`);
  if (code === 'a') return typeEnd(signature, checked(signature, start + 1), depth + 1);
  if (code !== '(' && code !== '{') return start + 1;
  const close = code === '(' ? ')' : '}';
  let end = checked(signature, start + 1);
  // An array of things that take no bytes would never end.
  if (signature[end] === close) throw new Error(`"${signature}" is no D-Bus signature: it has an empty struct`);
  while (signature[end] !== close) end = checked(signature, typeEnd(signature, end, depth + 1));
  return end + 1;
}

function checked(signature: string, index: number): number {
  if (index >= signature.length) throw new Error(`"${signature}" is no D-Bus signature: it ends too early`);
  return index;
}

export function aligned(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** Bytes of the values; aligned as if they started at a multiple of eight. */
export function marshal(signature: string, values: readonly DBusValue[]): Buffer {
  const types = splitSignature(signature);
  if (types.length !== values.length) throw new Error(`signature "${signature}" takes ${types.length} values, not ${values.length}`);
  const writer = new Writer();
  types.forEach((type, i) => writer.write(type, values[i]));
  return writer.bytes();
}

/** The values of a signature at the start of the bytes. */
export function unmarshal(signature: string, bytes: Buffer): DBusValue[] {
  const reader = new Reader(bytes);
  return splitSignature(signature).map((type) => reader.read(type, 0));
}

class Writer {
  private readonly chunks: Buffer[] = [];
  private length = 0;

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  write(type: string, value: DBusValue): void {
    const code = type[0];
    this.pad(ALIGNMENT[code]);
    switch (code) {
      case 'y': return this.number(1, (b) => b.writeUInt8(value as number));
      case 'b': return this.number(4, (b) => b.writeUInt32LE(value ? 1 : 0));
      case 'n': return this.number(2, (b) => b.writeInt16LE(value as number));
      case 'q': return this.number(2, (b) => b.writeUInt16LE(value as number));
      case 'i': return this.number(4, (b) => b.writeInt32LE(value as number));
      case 'u': case 'h': return this.number(4, (b) => b.writeUInt32LE(value as number));
      case 'x': return this.number(8, (b) => b.writeBigInt64LE(value as bigint));
      case 't': return this.number(8, (b) => b.writeBigUInt64LE(value as bigint));
      case 'd': return this.number(8, (b) => b.writeDoubleLE(value as number));
      case 's': case 'o': return this.text(value as string, 4);
      case 'g': return this.text(value as string, 1);
      case 'v': {
        const variant = value as DBusVariant;
        this.text(variant.signature, 1);
        return this.write(variant.signature, variant.value);
      }
      case 'a': return this.array(type.slice(1), value as readonly DBusValue[]);
      default: return this.all(splitSignature(type.slice(1, -1)), value as readonly DBusValue[]);
    }
  }

  private all(types: readonly string[], values: readonly DBusValue[]): void {
    types.forEach((type, i) => this.write(type, values[i]));
  }

  /** The length does not count the padding before the first element. */
  private array(type: string, values: readonly DBusValue[]): void {
    const length = Buffer.alloc(4);
    this.push(length);
    this.pad(ALIGNMENT[type[0]]);
    const start = this.length;
    for (const value of values) this.write(type, value);
    length.writeUInt32LE(this.length - start);
  }

  private text(value: string, lengthBytes: 1 | 4): void {
    const bytes = Buffer.from(value);
    this.number(lengthBytes, (b) => b.writeUIntLE(bytes.length, 0, lengthBytes));
    this.push(bytes);
    this.push(Buffer.alloc(1));
  }

  private number(size: number, write: (bytes: Buffer) => void): void {
    const bytes = Buffer.alloc(size);
    write(bytes);
    this.push(bytes);
  }

  private pad(alignment: number): void {
    this.push(Buffer.alloc(aligned(this.length, alignment) - this.length));
  }

  private push(bytes: Buffer): void {
    this.chunks.push(bytes);
    this.length += bytes.length;
  }
}

class Reader {
  private offset = 0;

  constructor(private readonly bytes: Buffer) {}

  read(type: string, depth: number): DBusValue {
    if (depth > MAX_DEPTH) throw new Error('a D-Bus message is nested too deeply');
    const code = type[0];
    this.offset = aligned(this.offset, ALIGNMENT[code]);
    switch (code) {
      case 'y': return this.take(1).readUInt8();
      case 'b': return this.take(4).readUInt32LE() !== 0;
      case 'n': return this.take(2).readInt16LE();
      case 'q': return this.take(2).readUInt16LE();
      case 'i': return this.take(4).readInt32LE();
      case 'u': case 'h': return this.take(4).readUInt32LE();
      case 'x': return this.take(8).readBigInt64LE();
      case 't': return this.take(8).readBigUInt64LE();
      case 'd': return this.take(8).readDoubleLE();
      case 's': case 'o': return this.text(this.take(4).readUInt32LE());
      case 'g': return this.text(this.take(1).readUInt8());
      case 'v': {
        const signature = this.text(this.take(1).readUInt8());
        const types = splitSignature(signature);
        if (types.length !== 1) throw new Error(`a D-Bus variant has the signature "${signature}", which is not one type`);
        return new DBusVariant(signature, this.read(signature, depth + 1));
      }
      case 'a': return this.array(type.slice(1), depth);
      default: return splitSignature(type.slice(1, -1)).map((part) => this.read(part, depth + 1));
    }
  }

  private array(type: string, depth: number): DBusValue[] {
    const length = this.take(4).readUInt32LE();
    if (length > MAX_ARRAY_BYTES) throw new Error(`a D-Bus message has an array of ${length} bytes`);
    this.offset = aligned(this.offset, ALIGNMENT[type[0]]);
    const end = this.offset + length;
    if (end > this.bytes.length) throw new Error('a D-Bus message ends in the middle of an array');
    const values: DBusValue[] = [];
    while (this.offset < end) values.push(this.read(type, depth + 1));
    if (this.offset !== end) throw new Error('a D-Bus array ends in the middle of an element');
    return values;
  }

  private text(length: number): string {
    return this.take(length + 1).toString('utf8', 0, length);
  }

  private take(length: number): Buffer {
    if (this.offset + length > this.bytes.length) throw new Error('a D-Bus message ends in the middle of a value');
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }
}
