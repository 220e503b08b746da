import { Chart, Testing } from 'cdk8s';
import * as fc from 'fast-check';
import { BOOLEAN, instanceOf, listOf, OBJECT, OBJECTS, oneOf, requireKinds, shown, TEXT, TEXTS, type Kind } from '../../src/runtime/given';

test.each<[Kind, readonly unknown[], readonly unknown[], string]>([
  [BOOLEAN, [true, false], ['false', 0, null], 'true or false, without quotes'],
  [TEXT, ['', 'a'], [5, ['a'], null], 'text'],
  [TEXTS, [[], ['a', 'b']], ['a', [5], [undefined], {}, null], 'a list of texts such as ["a", "b"]'],
  [OBJECT, [{}], [[], 'a', null], 'an object'],
  [OBJECTS, [[], [{}]], [{}, [null], ['a']], 'a list of objects'],
  [oneOf({ A: 'TCP', B: 'UDP' }), ['UDP'], ['udp', 'A', null], 'one of "TCP", "UDP"'],
  [instanceOf(() => Date, 'a Date'), [new Date()], [{}, '2026-01-01'], 'a Date'],
  [listOf(instanceOf(() => Date, 'Dates')), [[], [new Date()]], [new Date(), ['x']], 'a list of Dates'],
])('%#: what is meant is taken, and nothing else', (kind, good, bad, form) => {
  for (const value of [undefined, ...good]) expect(() => requireKinds('it', { member: value }, { member: kind })).not.toThrow();
  for (const value of bad) expect(() => requireKinds('it', { member: value }, { member: kind })).toThrow(`member of it must be ${form}, got ${shown(value)}`);
});

test('null is to be left out', () => {
  expect(() => requireKinds('it', { member: null }, { member: TEXT })).toThrow('got null; leave it out');
});

test('where there are no members, none is wrong', () => {
  expect(() => requireKinds('it', undefined, { member: TEXT })).not.toThrow();
});

test.each([
  ['80', '"80"'], [80, '80'], [NaN, 'NaN'], [undefined, 'undefined'], [null, 'null'], [{ a: 1 }, '{"a":1}'], [1n, 'a BigInt'],
])('%p is shown so that it can be told from others: %s', (value, text) => {
  expect(shown(value)).toBe(text);
});

test('a construct, which leads back to itself, is shown by its class', () => {
  expect(shown(new Chart(Testing.app(), 'a'))).toBe('a Chart');
});

test('what is long is shown by its beginning, and bytes not at all', () => {
  expect(shown(['x'.repeat(10_000)])).toMatch(/^\["x{398}\.\.\.$/);
  expect(shown(Buffer.from('-----BEGIN CERTIFICATE-----'))).toBe('a Buffer');
});

test('anything can be shown', () => {
  fc.assert(fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withDate: true }), (value) => {
    expect(typeof shown(value)).toBe('string');
  }));
});
