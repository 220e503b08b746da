import { decodeRecords, encodeLengthRecord, encodeVarintRecord, WIRE_TYPE, WireRecord } from './protobuf-wire';

/**
 * Messages declared as data: `new MessageType({ name: string(1), attempt: uint32(4) })`. As in proto3, a field that
 * is left out is encoded as nothing and decoded as its zero value, and fields that are not declared are skipped.
 */
export class MessageType<S extends Schema> {
  private readonly names: ReadonlyMap<number, string>;

  constructor(private readonly schema: S) {
    this.names = new Map(Object.entries(schema).map(([name, field]) => [field.number, name]));
  }

  encode(values: MessageInit<S>): Buffer {
    return Buffer.concat(Object.entries(this.schema).map(([name, field]) => {
      const value = values[name];
      return value === undefined ? Buffer.alloc(0) : field.encode(value);
    }));
  }

  decode(bytes: Buffer): Message<S> {
    const found = new Map<string, WireRecord[]>();
    for (const record of decodeRecords(bytes)) {
      const name = this.names.get(record.number);
      if (name !== undefined) found.set(name, [...found.get(name) ?? [], record]);
    }
    return Object.fromEntries(Object.entries(this.schema)
      .map(([name, field]) => [name, field.decode(found.get(name) ?? [])])) as Message<S>;
  }
}

/** How one field is written (from `I`) and read (as `T`). */
export interface Field<T, I = T> {
  readonly number: number;
  encode(value: I): Buffer;
  /** All records that carry the field's number; none where the field is absent. */
  decode(records: readonly WireRecord[]): T;
}

export type Schema = { readonly [name: string]: Field<any, any> };
/** What decoding gives: every field is there. */
export type Message<S extends Schema> = { readonly [K in keyof S]: S[K] extends Field<infer T, any> ? T : never };
/** What encoding takes: any field may be left out. */
export type MessageInit<S extends Schema> = { readonly [K in keyof S]?: S[K] extends Field<any, infer I> ? I : never };

export function string(number: number): Field<string> {
  return {
    number,
    encode: (value) => value === '' ? Buffer.alloc(0) : encodeLengthRecord(number, Buffer.from(value)),
    decode: (records) => lengthValues(records).at(-1)?.toString() ?? '',
  };
}

export function strings(number: number): Field<string[], readonly string[]> {
  return {
    number,
    encode: (values) => Buffer.concat(values.map((value) => encodeLengthRecord(number, Buffer.from(value)))),
    decode: (records) => lengthValues(records).map(String),
  };
}

export function bool(number: number): Field<boolean> {
  return integer(number, (value) => value ? 1n : 0n, (value) => value !== 0n);
}

/** Also for enums. */
export function int32(number: number): Field<number> {
  return integer(number, BigInt, (value) => Number(BigInt.asIntN(32, value)));
}

export function uint32(number: number): Field<number> {
  return integer(number, BigInt, (value) => Number(BigInt.asUintN(32, value)));
}

export function int64(number: number): Field<bigint> {
  return integer(number, (value) => value, (value) => BigInt.asIntN(64, value));
}

export function stringMap(number: number): Field<StringMap> {
  return {
    number,
    encode: (map) => Buffer.concat(Object.entries(map).map(([key, value]) => encodeLengthRecord(number, MAP_ENTRY.encode({ key, value })))),
    decode: (records) => Object.fromEntries(lengthValues(records).map((entry) => {
      const { key, value } = MAP_ENTRY.decode(entry);
      return [key, value];
    })),
  };
}

export interface StringMap { readonly [key: string]: string }

const MAP_ENTRY = new MessageType({ key: string(1), value: string(2) });

/** A message in a message. Unlike a scalar it is written even if it is empty: its presence can mean something. */
export function message<S extends Schema>(number: number, type: MessageType<S>): Field<Message<S> | undefined, MessageInit<S>> {
  return {
    number,
    encode: (value) => encodeLengthRecord(number, type.encode(value)),
    // Several records of one message are merged: their bytes together are the merged message.
    decode: (records) => records.length ? type.decode(Buffer.concat(lengthValues(records))) : undefined,
  };
}

export function messages<S extends Schema>(number: number, type: MessageType<S>): Field<Message<S>[], readonly MessageInit<S>[]> {
  return {
    number,
    encode: (values) => Buffer.concat(values.map((value) => encodeLengthRecord(number, type.encode(value)))),
    decode: (records) => lengthValues(records).map((value) => type.decode(value)),
  };
}

function integer<T>(number: number, toWire: (value: T) => bigint, fromWire: (value: bigint) => T): Field<T> {
  return {
    number,
    encode: (value) => {
      const wire = toWire(value);
      return wire === 0n ? Buffer.alloc(0) : encodeVarintRecord(number, wire);
    },
    decode: (records) => {
      const last = records.at(-1);
      if (last && last.type !== WIRE_TYPE.varint) throw new Error(`field ${number} of a protobuf message is not an integer, but of wire type ${last.type}`);
      return fromWire(last?.value ?? 0n);
    },
  };
}

function lengthValues(records: readonly WireRecord[]): Buffer[] {
  return records.map((record) => {
    if (record.type !== WIRE_TYPE.length) throw new Error(`field ${record.number} of a protobuf message has no length, but is of wire type ${record.type}`);
    return record.value;
  });
}
