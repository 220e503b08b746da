import * as fc from 'fast-check';
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, stringify, type Node } from 'yaml';
import { elementTexts, fieldPlace } from '../../src/cli/input/field-place';
import type { FieldPath } from '../../src/lineup/field-path';

function placeOf(text: string, ...path: FieldPath) {
  const place = fieldPlace(text, path);
  return place && `${place.line}:${place.column}`;
}

const POD = `# a Pod
kind: Pod
spec:
  # its class
  runtimeClassName: gvisr   # one letter short
  nodeSelector: {pool: a, "kubernetes.io/os": linux}
  empty:
  containers:
  - name: web
    image: nginx

  -   name: log
      command:
      - sh
      - |
        a: b
`;

test.each<[string, FieldPath, string | undefined]>([
  ['a field', ['spec', 'runtimeClassName'], '5:3'],
  ['a key between braces', ['spec', 'nodeSelector', 'kubernetes.io/os'], '6:27'],
  ['a field without a value', ['spec', 'empty'], '7:3'],
  ['an element', ['spec', 'containers', 1], '12:7'],
  ['a field of an element', ['spec', 'containers', 0, 'image'], '10:5'],
  ['a long text in a list', ['spec', 'containers', 1, 'command', 1], '15:9'],
  ['what is around a field that is not there', ['spec', 'containers', 1, 'image'], '12:7'],
  ['what is around a member of a text', ['spec', 'runtimeClassName', 'length'], '5:3'],
  ['nothing, where no part of the path is there', ['metadata', 'name'], undefined],
])('is found for %s', (_what, path, place) => {
  expect(placeOf(POD, ...path)).toBe(place);
});

test('is found in JSON, whether it is printed on one line or many', () => {
  const value = { kind: 'Pod', spec: { containers: [{ name: 'a' }, { name: 'b', image: 'x' }] } };
  expect(placeOf(JSON.stringify(value), 'spec', 'containers', 1, 'image')).toBe(`1:${JSON.stringify(value).indexOf('"image"') + 1}`);
  expect(placeOf(JSON.stringify(value, undefined, 2), 'spec', 'containers', 1, 'image')).toBe('10:9');
});

test('is told by the value where keys have none, and not taken from what is merged in', () => {
  expect(placeOf('{a, b, spec: {c, runtimeClassName: x}}', 'spec', 'runtimeClassName')).toBe('1:18');
  expect(placeOf('x: &x {a: 1}\nz:\n  <<: *x\n  b: 2\n', 'z', 'a')).toBe('2:1');
  expect(placeOf('x: &x {a: 1}\nz:\n  <<: *x\n  b: 2\n', 'z', 'b')).toBe('4:3');
  expect(placeOf('x: &x {a: 1}\nz: *x\n', 'z', 'a')).toBe('2:1');
});

test('is not guessed in a text that cannot be read alone', () => {
  expect(placeOf('a: *elsewhere\n', 'a')).toBeUndefined();
  expect(elementTexts('- *elsewhere\n', [])).toBeUndefined();
});

test('elements of a list keep their columns', () => {
  const elements = elementTexts('kind: List\nitems:\n  - kind: A\n    spec: {a: 1}\n  -\n    kind: B\n', ['items']);
  expect(elements).toEqual([{ line: 3, text: '    kind: A\n    spec: {a: 1}\n  ' }, { line: 6, text: '    kind: B\n' }]);
});

/** Every path of a value, with the place that another parser gives it. */
function* placesIn(node: Node | null, lines: LineCounter, path: FieldPath = []): Generator<[FieldPath, string]> {
  const show = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  for (const [position, item] of (isMap(node) || isSeq(node) ? node.items : []).entries()) {
    const [step, start, value]: [string | number, Node, Node] = isPair(item)
      ? [String((item.key as any).value), item.key as Node, item.value as Node]
      : [position, item as Node, item as Node];
    yield [[...path, step], show(start.range![0])];
    yield* placesIn(value, lines, [...path, step]);
  }
}

test('is the same as by another parser, in every style', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('- a', '# b', 'a: b\n---\nc', 'two\nlines\n', '"', ''));
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 },
      text, fc.integer(), fc.boolean(), fc.constant(null),
      fc.array(tie('node'), { maxLength: 4 }), fc.dictionary(text.filter((key) => key !== '<<'), tie('node'), { maxKeys: 4 })),
  })).node;
  const style = fc.record({
    indent: fc.constantFrom(2, 4), indentSeq: fc.boolean(), collectionStyle: fc.constantFrom<'any' | 'flow'>('any', 'flow'), lineWidth: fc.constantFrom(0, 80),
  });
  const print = fc.oneof(
    // Quotes what Kubernetes would take for a boolean.
    style.map((options) => (one: unknown) => stringify(one, { version: '1.1', ...options })),
    fc.constantFrom(0, 2).map((space) => (one: unknown) => JSON.stringify(one, undefined, space)),
  );
  fc.assert(fc.property(value, print, (one, printed) => {
    const given = printed(one);
    const lines = new LineCounter();
    const document = parseDocument(given, { lineCounter: lines });
    fc.pre(!document.errors.length && !isScalar(document.contents));
    for (const [path, place] of placesIn(document.contents as Node, lines)) {
      expect([path, placeOf(given, ...path)]).toEqual([path, place]);
    }
  }), { numRuns: 500 });
});
