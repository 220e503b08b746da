import { configMap, container, editFile, one, quickstart, rehash, type Manifests } from './fixture';
import { checkLineUp } from '../../src/lineup/line-up';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-config';

/** A text of an object: a value, or the key of a member. */
interface Place {
  readonly path: ReadonlyArray<string | number>;
  readonly isKey: boolean;
  readonly text: string;
}

/** A name in a text. */
interface Occurrence {
  readonly object: any;
  readonly place: Place;
  readonly from: number;
  readonly to: number;
}

/** Names that cannot be judged from the manifests alone, or that are none of the line-up although they read like one. */
const NOT_JUDGED: ReadonlyArray<{ readonly reason: string; readonly covers: (occurrence: Occurrence) => boolean }> = [
  {
    reason: 'the agent is a program; that it is the one which was synthesized is what the plan hash says',
    covers: ({ place }) => place.path.join() === 'data,agent.js' && !place.isKey,
  },
  {
    reason: 'reasons in the plan are prose for a log',
    covers: ({ place: { text }, from }) => text.slice(text.lastIndexOf('\n', from) + 1).trimStart().startsWith('"reason":'),
  },
  {
    reason: 'an API version is no name of the line-up; the API server refuses one that it does not know',
    covers: ({ place }) => place.path.join() === 'apiVersion',
  },
  {
    reason: 'an image is no name of the line-up; its digest says which one it is',
    covers: ({ place }) => place.path.at(-1) === 'image',
  },
  {
    reason: 'a namespace that is not among the manifests may be in the cluster',
    covers: ({ object, place }) => object.kind === 'Namespace' && place.path.join() === 'metadata,name',
  },
  {
    reason: 'the Pod Security labels audit and warn only write logs; the check warns',
    covers: ({ object, place }) => object.kind === 'Namespace' && /\/(audit|warn)$/.test(place.text),
  },
  {
    reason: 'nothing selects a DaemonSet by its own labels; those of its Pods are judged',
    covers: ({ object, place }) => object.kind === 'DaemonSet' && place.path.slice(0, 2).join() === 'metadata,labels',
  },
  {
    reason: 'nothing refers to a Pod by its name',
    covers: ({ object, place }) => object.kind === 'Pod' && place.path.join() === 'metadata,name',
  },
];

const original = quickstart();
const occurrences = original.flatMap((object) => [...textsOf(object, [])].flatMap((place) => occurrencesIn(object, place, namesIn(original))));
const judged = occurrences.filter((occurrence) => !NOT_JUDGED.some(({ covers }) => covers(occurrence)));

test('the quickstart itself lines up', () => {
  expect(checkLineUp(original).findings).toEqual([]);
});

test('the names are found in every kind of object', () => {
  expect(new Set(judged.map(({ object }) => object.kind))).toEqual(new Set(original.map(({ kind }) => kind)));
  expect(judged.length).toBeGreaterThan(150);
});

test.each(NOT_JUDGED)('something in the quickstart is excused because $reason', ({ covers }) => {
  expect(occurrences.some(covers)).toBe(true);
});

test.each(original.map((object) => [`${object.kind} ${object.metadata.name}`, object]))('no misspelled name in %s survives', (_name, object) => {
  const survivors: string[] = [];
  for (const occurrence of judged.filter((candidate) => candidate.object === object)) {
    for (const text of misspellings(occurrence)) {
      const manifests = original.map((candidate) => (candidate === object ? replaced(object, occurrence.place, text) : candidate));
      // With the hash that it would have been synthesized with, only the specific rules are left to find a change of a ConfigMap.
      const { findings } = checkLineUp(object.kind === 'ConfigMap' ? rehashed(manifests) : manifests);
      const errors = findings.filter(({ severity, rule }) => severity === 'error' && !(object.kind === 'ConfigMap' && rule === 'plan-hash'));
      if (!errors.length) {
        survivors.push(`${occurrence.place.path.join('.')}: ${text.slice(Math.max(0, occurrence.from - 20), occurrence.to + 20)}`);
      }
    }
  }
  expect(survivors).toEqual([]);
});

describe('a misspelled name is reported as the link that it breaks', () => {
  const cases: Array<[string, string, (manifests: Manifests) => void]> = [
    ['class-exists', 'runtimeClassName of a Pod', (m) => (one(m, 'Pod').spec.runtimeClassName = 'gvisur')],
    ['class-exists', 'name of the RuntimeClass', (m) => (one(m, 'RuntimeClass').metadata.name = 'gvisur')],
    ['class-of-runtime', 'handler of the RuntimeClass', (m) => (one(m, 'RuntimeClass').handler = 'runsd')],
    ['readiness-label', 'label of the RuntimeClass', (m) => (one(m, 'RuntimeClass').scheduling.nodeSelector = { 'sandbox-runtimes.node-restriction.kubernetes.io/runsd': 'ready' })],
    ['runtime-table', 'handler in the v2 table', (m) => editFile(m, 'runsc.containerd-v2.toml', 'runtimes.runsc', 'runtimes.runsd')],
    ['runtime-table', 'handler in the v3 table', (m) => editFile(m, 'runsc.containerd-v3.toml', 'runtimes.runsc', 'runtimes.runsd')],
    ['shim', 'runtime_path in the v3 table', (m) => editFile(m, 'runsc.containerd-v3.toml', 'containerd-shim-runsc-v1', 'containerd-shim-runsd-v1')],
    ['config-path', 'ConfigPath in the v2 table', (m) => editFile(m, 'runsc.containerd-v2.toml', 'config/runsc/', 'config/runsd/')],
    ['staged-files', 'binary_name in the configuration file', (m) => editFile(m, 'runsc.runsc.toml', '/runsc"', '/runsd"')],
    ['installer-mounts', 'mount path of a host folder', (m) => (mount(m, '/opt/sandbox-runtimes').mountPath = '/opt/sandbox-runtimez')],
    ['installer-bundle', 'name of a ConfigMap', (m) => (configMap(m, 'files').metadata.name += 's')],
    ['fence', 'label in the admission policy', (m) => {
      const policy = m.find((object) => object.kind === 'ValidatingAdmissionPolicy');
      const keys = policy.spec.variables.find(({ name }: { name: string }) => name === 'keys');
      keys.expression = keys.expression.replace('/runsc', '/runsd');
    }],
  ];

  test.each(cases)('%s: %s', (rule, _what, edit) => {
    const manifests = structuredClone(original);
    edit(manifests);
    const errors = checkLineUp(rehash(manifests)).findings.filter(({ severity }) => severity === 'error');
    expect(errors.map((finding) => finding.rule)).toContain(rule);
  });
});

function mount(manifests: Manifests, path: string): any {
  return container(manifests, 'install').volumeMounts.find(({ mountPath }: { mountPath: string }) => mountPath === path);
}

function* textsOf(value: unknown, path: Place['path']): Generator<Place> {
  if (typeof value === 'string') {
    yield { path, isKey: false, text: value };
  } else if (Array.isArray(value)) {
    for (const [position, element] of value.entries()) {
      yield* textsOf(element, [...path, position]);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      yield { path: [...path, key], isKey: true, text: key };
      yield* textsOf(member, [...path, key]);
    }
  }
}

/** Handlers, labels, classes, objects, volumes and files, collected from where they are defined. */
function namesIn(manifests: Manifests): Set<string> {
  const names = new Set<string>(Object.values(CONTAINERD_TABLES));
  const add = (...found: string[]) => found.forEach((name) => names.add(name));
  const addLabels = (labels: Record<string, string>) => add(...Object.keys(labels), ...Object.values(labels));
  for (const { kind, metadata, data, handler, scheduling, spec } of manifests) {
    add(metadata.name);
    if (kind === 'RuntimeClass') {
      add(handler);
      addLabels(scheduling.nodeSelector);
    }
    if (kind === 'ConfigMap') {
      add(...Object.keys(data));
    }
    if (data?.['plan.json']) {
      const { installer, runtimes, gate } = JSON.parse(data['plan.json']);
      add(installer, ...gate.slots, gate.nodeLeasePrefix);
      for (const { runtimeClassName, label, runtimeType, artifact, config, tables, requires } of runtimes) {
        add(runtimeClassName, label, runtimeType, config.key, ...Object.values<string>(tables), ...artifact.required);
        add(...requires.sysctls.map(({ path }: { path: string }) => path));
      }
    }
    if (kind === 'DaemonSet') {
      const { nodeSelector, volumes, containers } = spec.template.spec;
      addLabels(nodeSelector);
      addLabels(spec.selector.matchLabels);
      for (const { name, projected } of volumes) {
        add(name);
        for (const { configMap: source } of (projected?.sources ?? []).filter((candidate: any) => candidate.configMap)) {
          add(source.name, ...source.items.flatMap(({ key, path }: { key: string; path: string }) => [key, path]));
        }
      }
      add(...containers[0].env.map(({ valueFrom }: any) => valueFrom.fieldRef.fieldPath));
    }
  }
  return names;
}

function occurrencesIn(object: any, place: Place, names: ReadonlySet<string>): Occurrence[] {
  const ranges: Array<[number, number]> = [];
  for (const name of names) {
    for (let from = place.text.indexOf(name); from >= 0; from = place.text.indexOf(name, from + 1)) {
      if (!/[A-Za-z0-9]/.test(place.text.charAt(from - 1) + place.text.charAt(from + name.length))) {
        ranges.push([from, from + name.length]);
      }
    }
  }
  // Absolute paths, URLs, and keys of labels and annotations: whatever looks like one is one.
  for (const pattern of [/(?<![\w.:/@-])(\/[\w.@+-]+)+/g, /https?:\/\/[^\s"']+/g, /(?<![\w./-])[a-z0-9-]+(\.[a-z0-9-]+)*\.(io|com)\/[\w.-]*/g]) {
    for (const match of place.text.matchAll(pattern)) {
      ranges.push([match.index, match.index + match[0].length]);
    }
  }
  const merged: Array<[number, number]> = [];
  for (const [from, to] of ranges.sort(([first], [second]) => first - second)) {
    const last = merged.at(-1);
    if (last && from < last[1]) {
      last[1] = Math.max(last[1], to);
    } else {
      merged.push([from, to]);
    }
  }
  return merged.map(([from, to]) => ({ object, place, from, to }));
}

/** The text with one character of the name changed, at every position: to one of its own kind, so that it still reads like a name, and to another. */
function* misspellings({ place: { text }, from, to }: Occurrence): Generator<string> {
  for (let at = from; at < to; at += 1) {
    const given = text[at];
    const akin = /[0-9]/.test(given) ? String((Number(given) + 1) % 10) : given === 'x' ? 'y' : 'x';
    for (const other of [akin, given === '-' ? '.' : '-']) {
      yield text.slice(0, at) + other + text.slice(at + 1);
    }
  }
}

/** A copy in which one text is another; everything beside the way to it is shared. */
function replaced(value: any, { path, isKey }: Place, text: string, depth = 0): any {
  if (depth === path.length) {
    return text;
  }
  const step = path[depth];
  if (isKey && depth === path.length - 1) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => (key === step ? [text, member] : [key, member])));
  }
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[step] = replaced(value[step], { path, isKey, text: '' }, text, depth + 1);
  return copy;
}

/** Like `rehash`, for manifests that share objects with the original. */
function rehashed(manifests: Manifests): Manifests {
  return rehash(manifests.map((object) => (object.kind === 'DaemonSet' ? structuredClone(object) : object)));
}
