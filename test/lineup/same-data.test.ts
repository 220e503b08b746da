import fc from 'fast-check';
import { sameData } from '../../src/lineup/same-data';

test('takes objects for the same whatever the order of their members', () => {
  expect(sameData({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true);
});

test('tells orders of lists, numbers from texts, and an empty value from none', () => {
  expect(sameData([1, 2], [2, 1])).toBe(false);
  expect(sameData(1, '1')).toBe(false);
  expect(sameData('', undefined)).toBe(false);
  expect(sameData(null, undefined)).toBe(false);
});

test('agrees with JSON about any two values', () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
    expect(sameData(one, JSON.parse(JSON.stringify(one)))).toBe(true);
    expect(sameData(one, other)).toBe(sameData(other, one));
  }));
});
