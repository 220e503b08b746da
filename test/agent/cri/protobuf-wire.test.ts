import * as fc from 'fast-check';
import { decodeRecords, encodeLengthRecord, encodeVarint, encodeVarintRecord, WIRE_TYPE } from '../../../agent/cri/protobuf-wire';

const fieldNumber = fc.integer({ min: 1, max: 536_870_911 });

test('an integer is written as the encoding guide shows it', () => {
  expect(encodeVarint(150n)).toEqual(Buffer.from([0x96, 0x01]));
  expect(encodeVarintRecord(1, 150n)).toEqual(Buffer.from([0x08, 0x96, 0x01]));
  expect(encodeLengthRecord(2, Buffer.from('testing'))).toEqual(Buffer.from('\x12\x07testing'));
  expect(encodeVarint(-2n)).toEqual(Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]));
});

test('records come back as they were written', () => {
  const record = fc.oneof(
    fc.record({ number: fieldNumber, type: fc.constant(WIRE_TYPE.varint), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    fc.record({ number: fieldNumber, type: fc.constant(WIRE_TYPE.length), value: fc.uint8Array().map((bytes) => Buffer.from(bytes)) }),
  );
  fc.assert(fc.property(fc.array(record), (records) => {
    const bytes = records.map((r) => r.type === WIRE_TYPE.varint ? encodeVarintRecord(r.number, r.value) : encodeLengthRecord(r.number, r.value));
    expect(decodeRecords(Buffer.concat(bytes))).toEqual(records);
  }));
});

test('fixed-size values are stepped over', () => {
  const bytes = Buffer.concat([Buffer.from([0x09, 1, 2, 3, 4, 5, 6, 7, 8]), Buffer.from([0x15, 1, 2, 3, 4]), encodeVarintRecord(3, 7n)]);
  expect(decodeRecords(bytes).map(({ number, type }) => [number, type])).toEqual([[1, 1], [2, 5], [3, 0]]);
});

test('a record that is cut anywhere is refused', () => {
  fc.assert(fc.property(fieldNumber, fc.uint8Array({ minLength: 1 }), fc.nat(), (number, value, cut) => {
    const bytes = encodeLengthRecord(number, Buffer.from(value));
    expect(() => decodeRecords(bytes.subarray(0, 1 + cut % (bytes.length - 1)))).toThrow(/ends in the middle of a (number|field)/);
  }));
});

test('a number of more than ten bytes is refused', () => {
  expect(() => decodeRecords(Buffer.alloc(20, 0xff))).toThrow('a number of more than ten bytes');
});

test('a wire type that proto3 does not have is refused', () => {
  expect(() => decodeRecords(Buffer.from([0x0b]))).toThrow('field 1 of wire type 3');
});
