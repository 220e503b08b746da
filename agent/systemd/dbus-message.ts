import { aligned, DBusValue, DBusVariant, marshal, unmarshal } from './dbus-wire';

export const MESSAGE_TYPE = { METHOD_CALL: 1, METHOD_RETURN: 2, ERROR: 3, SIGNAL: 4 } as const;

/** A whole D-Bus message; the fields that are there depend on its type. */
export interface DBusMessage {
  readonly type: number;
  readonly serial: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly replySerial?: number;
  readonly signature?: string;
  readonly body: readonly DBusValue[];
}

/** Codes and types of the header fields, see "Message Format" of the D-Bus specification. */
const HEADER_FIELDS = {
  path: [1, 'o'], interface: [2, 's'], member: [3, 's'], errorName: [4, 's'], replySerial: [5, 'u'], signature: [8, 'g'],
} as const;

const LITTLE_ENDIAN = 'l'.charCodeAt(0);
const PROTOCOL_VERSION = 1;
/** Byte order, type, flags, version, body length, serial, and the length of the header fields. */
const FIXED_BYTES = 16;
const MAX_MESSAGE_BYTES = 2 ** 27;

export function encodeMessage(message: DBusMessage): Buffer {
  const body = marshal(message.signature ?? '', message.body);
  const fields = Object.entries(HEADER_FIELDS).flatMap(([name, [code, type]]) => {
    const value = message[name as keyof typeof HEADER_FIELDS];
    return value === undefined || value === '' ? [] : [[code, new DBusVariant(type, value)]];
  });
  const header = marshal('yyyyuua(yv)', [LITTLE_ENDIAN, message.type, 0, PROTOCOL_VERSION, body.length, message.serial, fields]);
  return Buffer.concat([header, Buffer.alloc(aligned(header.length, 8) - header.length), body]);
}

/** The first message of the bytes and its length, or undefined while it is not complete. */
export function decodeMessage(bytes: Buffer): { readonly message: DBusMessage; readonly length: number } | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  if (bytes[0] !== LITTLE_ENDIAN) throw new Error(`the peer does not speak little-endian D-Bus: its message starts with byte ${bytes[0]}`);
  const headerLength = aligned(FIXED_BYTES + bytes.readUInt32LE(12), 8);
  const bodyLength = bytes.readUInt32LE(4);
  const length = headerLength + bodyLength;
  if (length > MAX_MESSAGE_BYTES) throw new Error(`the peer sends a D-Bus message of ${length} bytes, which is more than D-Bus allows`);
  if (bytes.length < length) return undefined;

  const [, type, , , , serial, pairs] = unmarshal('yyyyuua(yv)', bytes.subarray(0, headerLength)) as
    [number, number, number, number, number, number, [number, DBusVariant][]];
  const values = new Map(pairs.map(([code, variant]) => [code, variant.value]));
  const fields: Partial<DBusMessage> = Object.fromEntries(Object.entries(HEADER_FIELDS)
    .filter(([, [code]]) => values.has(code))
    .map(([name, [code]]) => [name, values.get(code)]));
  return { message: { ...fields, type, serial, body: unmarshal(fields.signature ?? '', bytes.subarray(headerLength, length)) }, length };
}
