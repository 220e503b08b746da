import { configMap, rehash, type Manifests } from './fixture';
import { FORK, kata } from './kata-fixture';
import { KataShim } from '../../src';
import { checkLineUp } from '../../src/lineup/line-up';

/** Two that cover all of Kata's files between them: QEMU's starter, and a snapshotter of the images. */
const VARIANTS = [
  ['QEMU', kata()],
  ['a snapshotter of its own', kata({ shim: KataShim.CLH_RUNTIME_RS, snapshotter: 'devmapper' })],
  ['a shim that the library does not know', kata({ shim: FORK })],
] as const;

/** Words of a text that are names: paths, keys of tables, and whatever has a dash, a dot or a slash in it. */
function namesOf(text: string): Array<{ from: number; to: number }> {
  return [...text.matchAll(/(?<![\w./-])[\w/$][\w./-]*[./-][\w./-]*[\w/]/g)].map(({ index, 0: name }) => ({ from: index, to: index + name.length }));
}

/** The text with one letter of a name changed, for some letters of each name. */
function* misspellings(text: string): Generator<string> {
  for (const { from, to } of namesOf(text)) {
    for (const at of [from, Math.floor((from + to) / 2), to - 1]) {
      yield text.slice(0, at) + (text[at] === 'q' ? 'z' : 'q') + text.slice(at + 1);
    }
  }
}

function survivors(original: Manifests, suffix: 'plan' | 'files', key: string, isName: (line: string) => boolean): string[] {
  const text = configMap(original, suffix).data[key];
  const lines = text.split('\n');
  return [...misspellings(text)].flatMap((misspelled) => {
    const line = misspelled.split('\n').find((changed, i) => changed !== lines[i])!;
    if (!isName(line)) return [];
    const manifests = structuredClone(original);
    configMap(manifests, suffix).data[key] = misspelled;
    return checkLineUp(rehash(manifests)).findings.some(({ severity, rule }) => severity === 'error' && rule !== 'plan-hash') ? [] : [line];
  });
}

describe.each(VARIANTS)('Kata with %s', (_what, manifests) => {
  test('lines up', () => {
    expect(checkLineUp(manifests).findings).toEqual([]);
  });

  test('has no misspelled name in its part of the plan that survives', () => {
    // What is downloaded is verified by its sum, which the agent does; the unit is a matter of the platform.
    expect(survivors(manifests, 'plan', 'plan.json', (line) => !/"(hex|format|kernel|minimum|snapshotter|unit|url)":/.test(line))).toEqual([]);
  });

  test.each(Object.keys(configMap(manifests as Manifests, 'files').data))('has no misspelled name in %s that survives', (key) => {
    expect(survivors(manifests, 'files', key, () => true)).toEqual([]);
  });
});
