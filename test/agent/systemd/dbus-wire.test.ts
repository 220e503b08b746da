import * as fc from 'fast-check';
import { DBusValue, DBusVariant, marshal, splitSignature, unmarshal } from '../../../agent/systemd/dbus-wire';

interface Typed { readonly signature: string; readonly value: DBusValue }

/** Any value of any type with its signature, and values of one type for arrays. */
const { type: anyType } = fc.letrec<{ type: { signature: string; values: fc.Arbitrary<DBusValue> } }>((tie) => ({
  type: fc.oneof({ maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(
      basic('y', fc.nat(255)), basic('b', fc.boolean()), basic('n', fc.integer({ min: -32768, max: 32767 })), basic('q', fc.nat(65535)),
      basic('i', fc.integer()), basic('u', fc.nat(0xffffffff)), basic('x', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      basic('t', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), basic('d', fc.double({ noNaN: true })), basic('s', fc.string({ unit: 'grapheme' })),
      basic('o', fc.constantFrom('/', '/a/b')), basic('g', fc.constantFrom('', 'a{sv}')),
      basic('v', fc.oneof(fc.string().map((text) => new DBusVariant('s', text)), fc.bigInt({ min: 0n, max: 9n }).map((n) => new DBusVariant('at', [n])))),
    ),
    tie('type').map(({ signature, values }) => basic(`a${signature}`, fc.array(values, { maxLength: 4 }))),
    fc.array(tie('type'), { minLength: 1, maxLength: 4 })
      .map((parts) => basic(`(${parts.map(({ signature }) => signature).join('')})`, fc.tuple(...parts.map(({ values }) => values)))),
    tie('type').map(({ signature, values }) => basic(`a{s${signature}}`, fc.array(fc.tuple(fc.string(), values), { maxLength: 3 }))),
  ),
}));
const typed: fc.Arbitrary<Typed> = anyType.chain(({ signature, values }) => values.map((value) => ({ signature, value })));

function basic(signature: string, values: fc.Arbitrary<DBusValue>) {
  return { signature, values };
}

test('values come back as they were written', () => {
  fc.assert(fc.property(fc.array(typed, { maxLength: 5 }), (all) => {
    const signature = all.map((one) => one.signature).join('');
    const values = all.map((one) => one.value);
    expect(unmarshal(signature, marshal(signature, values))).toEqual(values);
  }), { numRuns: 500 });
});

test('a signature is split into the types it was made of', () => {
  fc.assert(fc.property(fc.array(anyType), (types) => {
    const signatures = types.map(({ signature }) => signature);
    expect(splitSignature(signatures.join(''))).toEqual(signatures);
  }));
});

test('bytes that are cut anywhere are refused, not half read', () => {
  fc.assert(fc.property(typed, fc.nat(), ({ signature, value }, cut) => {
    const bytes = marshal(signature, [value]);
    expect(() => unmarshal(signature, bytes.subarray(0, cut % bytes.length))).toThrow(/D-Bus/);
  }));
});

test('values lie where the specification puts them', () => {
  expect(marshal('yu', [1, 2])).toEqual(Buffer.from([1, 0, 0, 0, 2, 0, 0, 0]));
  expect(marshal('s', ['foo'])).toEqual(Buffer.from('\x03\0\0\0foo\0'));
  // The padding before the first element is there even if there is none, and is not counted.
  expect(marshal('at', [[]])).toEqual(Buffer.alloc(8));
  expect(marshal('at', [[5n]])).toEqual(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]));
});

test.each(['a', '(', '(s', ')', 'a{s', 'z', '()', 'a()', 'a'.repeat(200) + 's'])('refuses the signature "%s"', (signature) => {
  expect(() => splitSignature(signature)).toThrow('is no D-Bus signature');
});

test('refuses values that are more or fewer than the signature says', () => {
  expect(() => marshal('su', ['a'])).toThrow('signature "su" takes 2 values, not 1');
});

test('refuses an array that claims more than D-Bus allows', () => {
  expect(() => unmarshal('ay', Buffer.from([0, 0, 0, 0x7f]))).toThrow('has an array of');
});

test('refuses an array whose length ends inside an element', () => {
  expect(() => unmarshal('au', Buffer.from([5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]))).toThrow('ends in the middle of an element');
});

test('refuses a variant of several types', () => {
  expect(() => unmarshal('v', Buffer.from('\x02ss\0\0\0\0\0'))).toThrow('which is not one type');
});

test('refuses variants in variants without end', () => {
  expect(() => unmarshal('v', Buffer.from('\x01v\0'.repeat(1000)))).toThrow('nested too deeply');
});
