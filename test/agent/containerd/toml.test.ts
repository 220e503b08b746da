import { merged, parseToml, sameMeaning, tableAt, valueAt, writeToml } from '../../../agent/containerd/toml';

test('written tables have the types that were read', () => {
  const text = 'a = 1\nb = 1.0\nc = 9223372036854775807\nd = [1.5, 2]\ne = "x"\nf = true\n[g.h]\ni = -1\n[[j]]\nk = 1.0\n';
  expect(sameMeaning(parseToml(writeToml(parseToml(text))), parseToml(text))).toBe(true);
  expect(writeToml(parseToml('a = 1\nb = 1.0\n'))).toBe('a = 1\nb = 1.0\n');
});

test('the order of keys has no meaning, the kind of a number has', () => {
  expect(sameMeaning(parseToml('a = 1\nb = 2'), parseToml('b = 2\na = 1'))).toBe(true);
  expect(sameMeaning(parseToml('a = 1'), parseToml('a = 1.0'))).toBe(false);
  expect(sameMeaning(parseToml('a = [1, 2]'), parseToml('a = [2, 1]'))).toBe(false);
});

test('tables are merged, all else is replaced', () => {
  expect(merged(parseToml('a = [1]\n[t]\nb = 1\nc = 1\n'), parseToml('a = [2]\n[t]\nc = 2\n[u]\n'))).toEqual({ a: [2n], t: { b: 1n, c: 2n }, u: {} });
});

test('a path leads only through tables of the file itself', () => {
  const table = parseToml('[a.b]\nc = 1\n');
  expect(valueAt(table, ['a', 'b', 'c'])).toBe(1n);
  expect(valueAt(table, ['a', 'toString'])).toBeUndefined();
  expect(tableAt(table, ['a', 'b', 'c'])).toBeUndefined();
});
