import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line';
import { pod, quickstart, runtimeClass } from '../lineup/fixture';
import { kataDeploy } from '../lineup/others-fixture';

/** What each test does with a thousand inputs. A run that takes longer is a hang. */
const RUNS = 1000;
const LIMIT_MILLISECONDS = 5_000;

const NODE = {
  apiVersion: 'v1', kind: 'Node', metadata: { name: 'a', labels: { 'kubernetes.io/os': 'linux' } }, status: { conditions: [], runtimeHandlers: [{ name: 'runsc' }] },
};
const SHIM = { apiVersion: 'runtime.spinkube.dev/v1alpha1', kind: 'Shim', metadata: { name: 's' }, spec: { runtimeClass: { name: 'spin', handler: 'spin' } } };

/** Objects of all kinds that the check looks into; without the agent's program, which is opaque to it. */
const OBJECTS: any[] = [
  ...quickstart().filter(({ kind, metadata }) => !(kind === 'ConfigMap' && metadata.name.endsWith('-agent'))),
  kataDeploy(), NODE, SHIM, runtimeClass('kata', 'kata-qemu'), pod('web', { runtimeClassName: 'kata', containers: [{ name: 'web', image: 'nginx' }] }),
];
const TEXT = OBJECTS.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');

const ARGUMENTS = [
  ['check', '-'], ['check', '--format', 'json', '-'], ['check', '--format', 'sarif', '-'], ['check', '--format', 'markdown', '-'], ['graph', '-'],
  ['graph', '--format', 'svg', '-'], ['images', '-'], ['status', '-'], ['diff', '-', '-'],
];

/** Whatever is given, the command ends, with one of its three statuses, and says something. */
function survives(text: string, args: readonly string[]): void {
  const before = process.cpuUsage();
  const { status, output, complaint } = runCommandLine(args, { standardInput: () => text, colors: false });
  expect([0, 1, 2]).toContain(status);
  expect(output + complaint).not.toBe('');
  expect(complaint).not.toMatch(/\n {4}at /);
  // Of the processor, so that other programs do not count.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(LIMIT_MILLISECONDS);
  expect(({} as any).polluted).toBeUndefined();
}

const command = fc.constantFrom(...ARGUMENTS);
const NASTY = [
  '{', '}', '[', ']', ': ', '- ', '&a ', '*a', '<<: ', '!!binary ', '!<x> ', '%', '"', '\'', '|\n', '>\n', '\t', '\n', '---\n', '...\n', '#', '? ', '\u0000', '\uFEFF',
  '\u001b[2J', '\ud800', '~', 'null', '.inf', '0x', '1e999', '__proto__: {polluted: 1}\n', 'constructor: {prototype: {polluted: 1}}\n', '{{', '\r', '\u2028',
];

test('a thousand texts with letters put in, taken out and moved', () => {
  const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(30), fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 5 })));
  fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), command, (edits, args) => {
    let text = TEXT;
    for (const [place, removed, added] of edits) {
      const at = Math.floor(place * text.length);
      text = text.slice(0, at) + added + text.slice(at + removed);
    }
    survives(text, args);
  }), { numRuns: RUNS });
}, 300_000);

test('a thousand objects with values of other kinds in them', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(null, true, -1, 1e308, '', '\u001b', 'x'.repeat(10_000), [], {}, [[]], [null], { items: null }, JSON.parse('{"__proto__":{"polluted":1}}'),
      { constructor: 1, hasOwnProperty: 2, toString: 3, length: 4, then: 5 }),
  );
  fc.assert(fc.property(fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 9 }), odd, command, (which, steps, value, args) => {
    const objects = structuredClone(OBJECTS);
    let parent = objects[which % objects.length];
    for (const step of steps) {
      const keys = Object.keys(parent);
      const key = keys[step % keys.length];
      const next = parent[key];
      if (step === steps.at(-1) || typeof next !== 'object' || next === null || !Object.keys(next).length) {
        parent[key] = value;
        break;
      }
      parent = next;
    }
    survives(JSON.stringify(objects), args);
  }), { numRuns: RUNS });
}, 300_000);

test('a thousand texts that are nothing in particular', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.string(), fc.constantFrom('kind: Pod\n', 'apiVersion: v1\n', 'items: ')), { maxLength: 40 }), command, (parts, args) => {
    survives(parts.join(''), args);
  }), { numRuns: RUNS });
}, 300_000);

const HUGE = 2_000_000;
const bomb = (levels: number) => ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`)].join('\n');
const merges = (keys: number) => ['a0: &a0 {k: 1}', ...Array.from({ length: keys }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}], k${i}: 1}`)].join('\n');

test.each<[string, string]>([
  ['aliases that make 10^9 values', bomb(9)],
  ['aliases that make 10^40 values', bomb(40)],
  ['an alias bomb in a Pod', `apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  runtimeClassName: kata\n  containers: &c []\n${bomb(9)}`],
  ['merges of merges', merges(500)],
  ['an alias that contains itself', 'apiVersion: v1\nkind: List\nitems: &x [*x]\n'],
  ['brackets without end', '['.repeat(HUGE)],
  ['JSON without end', '{"items":['.repeat(100_000)],
  ['lists in lists', `${'{"kind":"List","apiVersion":"v1","items":['.repeat(45)}${']}'.repeat(45)}`],
  ['a scalar of megabytes', `apiVersion: v1\nkind: Pod\nmetadata: {name: ${'x'.repeat(HUGE)}}\nspec: {runtimeClassName: y}\n`],
  ['a key of megabytes', `${'k'.repeat(HUGE)}: 1\n`],
  ['a line of megabytes with a mistake', `a: "${'x'.repeat(HUGE)}\n`],
  ['a hundred thousand documents', 'kind: Pod\n---\n'.repeat(100_000)],
  ['ten thousand documents that are all broken', 'a: [\n---\n'.repeat(10_000)],
  ['comments without end', '# x\n'.repeat(500_000)],
  ['quotes without end', '"'.repeat(200_001)],
  ['block keys without end', '? '.repeat(100_000)],
  ['a plan that is nested without end', JSON.stringify(OBJECTS.map((object) => (
    object.data?.['plan.json'] ? { ...object, data: { ...object.data, 'plan.json': `{"format":1,"installer":${'['.repeat(50_000)}${']'.repeat(50_000)}}` } } : object)))],
  ['tables that are nested without end', JSON.stringify(OBJECTS.map((object) => (
    object.data?.['runsc.containerd-v3.toml'] ? { ...object, data: { ...object.data, 'runsc.containerd-v3.toml': `a = ${'['.repeat(50_000)}` } } : object)))],
  ['a dispatcher\'s Job of megabytes', JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { 'install-job.yaml': '- name: A\n value: '.repeat(50_000) } })],
])('survives %s', (_what, text) => {
  for (const args of ARGUMENTS) survives(text, args);
}, 120_000);
