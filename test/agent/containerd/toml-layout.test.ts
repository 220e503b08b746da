import * as fc from 'fast-check';
import { parseToml } from '../../../agent/containerd/toml';
import { arrayElements, firstStatement, lineEnd, lineStart, nextLine, rootKeys } from '../../../agent/containerd/toml-layout';

function valuesOf(text: string): [string, string][] {
  return rootKeys(text).map(({ path, value }) => [path.join('.'), text.slice(value.start, value.end).trimEnd()]);
}

describe('rootKeys', () => {
  test('finds keys up to the first table', () => {
    expect(valuesOf('# c\nversion = 2 # two\n\nroot = "/x"\n[grpc]\naddress = "a"\n')).toEqual([['version', '2'], ['root', '"/x"']]);
  });

  test.each([
    ['brackets and hashes in strings', 'a = "[#]"\nb = \'[#\'\n', [['a', '"[#]"'], ['b', "'[#'"]]],
    ['escaped quotes', 'a = "\\"]\\\\"\nb = 1\n', [['a', '"\\"]\\\\"'], ['b', '1']]],
    ['multi-line strings that end with quotes', 'a = """x\n[no]\n"""""\nb = \'\'\'\nimports = []\n\'\'\'\n', [['a', '"""x\n[no]\n"""""'], ['b', "'''\nimports = []\n'''"]]],
    ['arrays over several lines with comments', 'a = [ # [\n "x", # ]\n [1, 2],\n]\nb = 1', [['a', '[ # [\n "x", # ]\n [1, 2],\n]'], ['b', '1']]],
    ['inline tables', 'a = { b = [1], "c d" = { e = "}" } }\nf = 1', [['a', '{ b = [1], "c d" = { e = "}" } }'], ['f', '1']]],
    ['quoted and dotted keys', '"im\\u0070orts" = []\na . \'b\'.c = 1\r\n', [['imports', '[]'], ['a.b.c', '1']]],
    ['dates with a space', 'a = 1979-05-27 07:32:00Z # c\nb = -1.5e3\n', [['a', '1979-05-27 07:32:00Z'], ['b', '-1.5e3']]],
  ])('reads %s', (_, text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });

  test('agrees with the parser on any value', () => {
    const scalar = fc.oneof(
      fc.string().map((text) => JSON.stringify(text).replaceAll('\x7f', '\\u007F')),
      fc.constantFrom("'[#\"'", "'''\n]'''", '"""\n"\\"]\n"""', '1', 'true', '-0.5', '1979-05-27'),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, scalar, tie('array'), tie('table')),
      array: fc.tuple(fc.array(tie('value'), { maxLength: 4 }), fc.constantFrom(', ', ',\n # ]\n', ' ,'))
        .map(([elements, comma]) => `[ ${elements.join(comma)} ]`),
      table: fc.array(tie('value'), { maxLength: 3 }).map((values) => `{ ${values.map((it, index) => `"k ${index}" = ${String(it)}`).join(', ')} }`),
    })) as { value: fc.Arbitrary<string> };
    fc.assert(fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      const text = values.map((it, index) => `k${index} = ${it} # ]}"\n`).join('');
      const keys = rootKeys(text);
      expect(keys.map(({ path }) => path[0])).toEqual(Object.keys(parseToml(text)));
      for (const { path, value: span } of keys) {
        expect(parseToml(`v = ${text.slice(span.start, span.end)}`).v).toEqual(parseToml(text)[path[0]]);
      }
    }));
  });
});

test('arrayElements gives each element without commas and comments', () => {
  const text = '["a", # "no"\n \'b\' ,\n"c",]';
  expect(arrayElements(text, 0).map(({ start, end }) => text.slice(start, end))).toEqual(['"a"', "'b'", '"c"']);
  expect(arrayElements('[ # none\n]', 0)).toEqual([]);
});

test('firstStatement is where the comments end', () => {
  expect(firstStatement('# a\n\n  [x]\n')).toBe(7);
  expect(firstStatement('# a\n')).toBeUndefined();
});

test('lines are found at both ends of a text and with both line ends', () => {
  expect(lineStart('a\nbc\n', 3)).toBe(2);
  expect(lineStart('abc', 2)).toBe(0);
  expect(nextLine('a\r\nb', 0)).toBe(3);
  expect(nextLine('a', 0)).toBe(1);
  expect([lineEnd('a\r\nb\n'), lineEnd('a\nb\r\n'), lineEnd('a')]).toEqual(['\r\n', '\n', '\n']);
});
