import * as fc from 'fast-check';
import { bool, int32, int64, message, messages, MessageType, string, stringMap, strings, uint32 } from '../../../agent/cri/protobuf-message';
import { encodeLengthRecord, encodeVarintRecord } from '../../../agent/cri/protobuf-wire';

const INNER = new MessageType({ name: string(1), count: int32(2) });
const OUTER = new MessageType({
  text: string(1),
  texts: strings(2),
  flag: bool(3),
  signed: int32(4),
  unsigned: uint32(5),
  big: int64(6),
  labels: stringMap(7),
  inner: message(8, INNER),
  all: messages(2000, INNER),
});

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const inner = fc.record({ name: fc.string({ unit: 'grapheme' }), count: int });
const outer = fc.record({
  text: fc.string({ unit: 'grapheme' }),
  texts: fc.array(fc.string()),
  flag: fc.boolean(),
  signed: int,
  unsigned: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  labels: fc.array(fc.tuple(fc.string(), fc.string())).map((entries) => Object.fromEntries(entries)),
  inner: fc.option(inner, { nil: undefined }),
  all: fc.array(inner),
});

test('a message comes back as it was written', () => {
  fc.assert(fc.property(outer, (value) => expect(OUTER.decode(OUTER.encode(value))).toEqual(value)));
});

test('fields that are left out are zero values, and take no bytes', () => {
  const zero = { text: '', texts: [], flag: false, signed: 0, unsigned: 0, big: 0n, labels: {}, inner: undefined, all: [] };
  expect(OUTER.decode(Buffer.alloc(0))).toEqual(zero);
  expect(OUTER.encode({})).toHaveLength(0);
  expect(OUTER.encode(zero)).toHaveLength(0);
});

test('an empty message in a message is there', () => {
  expect(OUTER.decode(OUTER.encode({ inner: {} })).inner).toEqual({ name: '', count: 0 });
});

test('fields that are not declared are skipped, as a newer server may send them', () => {
  const newer = Buffer.concat([encodeVarintRecord(99, 1n), INNER.encode({ name: 'a' }), encodeLengthRecord(98, Buffer.from('x'))]);
  expect(INNER.decode(newer)).toEqual({ name: 'a', count: 0 });
});

test('of a field that comes twice the last one counts, and messages are merged', () => {
  expect(INNER.decode(Buffer.concat([INNER.encode({ name: 'a', count: 1 }), INNER.encode({ name: 'b' })]))).toEqual({ name: 'b', count: 1 });
  const twice = Buffer.concat([OUTER.encode({ inner: { name: 'a' } }), OUTER.encode({ inner: { count: 2 } })]);
  expect(OUTER.decode(twice).inner).toEqual({ name: 'a', count: 2 });
});

test('a map entry without key or value is one with empty ones', () => {
  expect(OUTER.decode(encodeLengthRecord(7, Buffer.alloc(0))).labels).toEqual({ '': '' });
});

test('a key of a map cannot change the object itself', () => {
  const { labels } = OUTER.decode(encodeLengthRecord(7, Buffer.concat([
    encodeLengthRecord(1, Buffer.from('__proto__')), encodeLengthRecord(2, Buffer.from('x')),
  ])));
  expect(Object.entries(labels)).toEqual([['__proto__', 'x']]);
});

test('a field of another wire type than declared is refused', () => {
  expect(() => INNER.decode(encodeVarintRecord(1, 5n))).toThrow('field 1 of a protobuf message has no length');
  expect(() => INNER.decode(encodeLengthRecord(2, Buffer.from('x')))).toThrow('field 2 of a protobuf message is not an integer');
});
