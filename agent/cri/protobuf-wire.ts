/**
 * The protocol buffers wire format: varints and tagged records, and nothing about what they mean.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

export const WIRE_TYPE = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const;

/** One tagged value: a varint as an integer, everything else as its bytes. */
export type WireRecord =
  | { readonly number: number; readonly type: typeof WIRE_TYPE.varint; readonly value: bigint }
  | { readonly number: number; readonly type: 1 | 2 | 5; readonly value: Buffer };

/** An integer as a varint; negative ones take ten bytes (two's complement of 64 bits). */
export function encodeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest >= 128n) {
    bytes.push(Number(rest % 128n) + 128);
    rest /= 128n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export function encodeVarintRecord(number: number, value: bigint): Buffer {
  return Buffer.concat([tag(number, WIRE_TYPE.varint), encodeVarint(value)]);
}

export function encodeLengthRecord(number: number, value: Buffer): Buffer {
  return Buffer.concat([tag(number, WIRE_TYPE.length), encodeVarint(BigInt(value.length)), value]);
}

function tag(number: number, type: number): Buffer {
  return encodeVarint(BigInt(number * 8 + type));
}

/** The records of one message, in the order of the bytes. */
export function decodeRecords(bytes: Buffer): WireRecord[] {
  const records: WireRecord[] = [];
  let offset = 0;

  const varint = (): bigint => {
    let value = 0n;
    for (let factor = 1n, length = 1; ; factor *= 128n, length++) {
      if (offset >= bytes.length) throw new Error('a protobuf message ends in the middle of a number');
      if (length > 10) throw new Error('a protobuf message has a number of more than ten bytes');
      const byte = bytes[offset++];
      value += BigInt(byte % 128) * factor;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
  };
  const take = (length: number): Buffer => {
    if (offset + length > bytes.length) {
      throw new Error(`a protobuf message ends in the middle of a field: ${length} bytes announced, ${bytes.length - offset} left`);
    }
    offset += length;
    return bytes.subarray(offset - length, offset);
  };

  while (offset < bytes.length) {
    const key = varint();
    const number = Number(key / 8n);
    const type = Number(key % 8n);
    switch (type) {
      case WIRE_TYPE.varint: records.push({ number, type, value: varint() }); break;
      case WIRE_TYPE.fixed64: records.push({ number, type, value: take(8) }); break;
      case WIRE_TYPE.length: records.push({ number, type, value: take(Number(varint())) }); break;
      case WIRE_TYPE.fixed32: records.push({ number, type, value: take(4) }); break;
      default: throw new Error(`a protobuf message has field ${number} of wire type ${type}, which does not exist in proto3`);
    }
  }
  return records;
}
