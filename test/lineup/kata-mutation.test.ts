import { configMap, installerPod, rehash, type Manifests } from './fixture';
import { FORK, kata } from './kata-fixture';
import { KataArtifacts, KataShim } from '../../src';
import { checkLineUp } from '../../src/lineup/line-up';

/** Two that cover all of Kata's files between them: QEMU's starter, and a snapshotter of the images. */
const VARIANTS = [
  ['QEMU', kata()],
  ['a snapshotter of its own', kata({ shim: KataShim.CLH_RUNTIME_RS, snapshotter: 'devmapper' })],
  ['a shim that the library does not know', kata({ shim: FORK })],
  ['its files from an image', kata({ artifacts: KataArtifacts.image() })],
  ['its files on the node already', kata({ artifacts: KataArtifacts.onNode() })],
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

/** Every text in a value, with what changes one letter of it. */
function* texts(value: any, path: ReadonlyArray<string | number> = []): Generator<{ path: ReadonlyArray<string | number>; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) yield* texts(inner, [...path, key]);
}

describe('the containers and volumes that bring a release', () => {
  // An installer's image is no name of the line-up, and an access mode of a type is the API server's to judge.
  const judged = (path: ReadonlyArray<string | number>) => !['resources', 'securityContext', 'fieldRef', 'type', 'recursiveReadOnly'].some((part) => path.includes(part));

  test.each([
    ['from an image', kata({ artifacts: KataArtifacts.image() }), /^(lend|copy-.*|lent|copies-.*)$/],
    ['on the node', kata({ artifacts: KataArtifacts.onNode() }), /^host-opt-kata$/],
  ])('have no misspelled name that survives, %s', (_what, manifests, own) => {
    const pod = installerPod(manifests as Manifests);
    const installMounts = (name: string) => name === 'install' && pod.initContainers.find((one: any) => one.name === 'install').volumeMounts;
    const places = [...texts(pod)].filter(({ path: [list, index, ...rest] }) => {
      const entry = pod[list]?.[index];
      const inMounts = installMounts(entry?.name) && rest[0] === 'volumeMounts' && own.test(entry.volumeMounts[rest[1]].name);
      return ['initContainers', 'volumes'].includes(list as string) && (own.test(entry?.name) || inMounts) && judged(rest);
    }).filter(({ path, text }) => !(path[path.length - 1] === 'image' && text.includes('/node:')));
    expect(places.length).toBeGreaterThan(3);
    const survived = places.flatMap(({ path, text }) => [0, Math.floor(text.length / 2), text.length - 1].flatMap((at) => {
      const misspelled = text.slice(0, at) + (text[at] === 'q' ? 'z' : 'q') + text.slice(at + 1);
      const copy = structuredClone(manifests);
      let target: any = installerPod(copy);
      for (const key of path.slice(0, -1)) target = target[key];
      target[path[path.length - 1]] = misspelled;
      return checkLineUp(copy).findings.some(({ severity }) => severity === 'error') ? [] : [`${path.join('.')}: ${misspelled}`];
    }));
    expect(survived).toEqual([]);
  });
});
