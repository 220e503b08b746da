import { rehash, type Manifests } from './fixture';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-config';

/** A text of an object: a value, or the key of a member. */
export interface Place {
  readonly path: ReadonlyArray<string | number>;
  readonly isKey: boolean;
  readonly text: string;
}

/** A name in a text. */
export interface Occurrence {
  readonly object: any;
  readonly place: Place;
  readonly from: number;
  readonly to: number;
}

/** Names that cannot be judged from the manifests alone, or that are none of the line-up although they read like one. */
export const NOT_JUDGED: ReadonlyArray<{ readonly reason: string; readonly covers: (occurrence: Occurrence) => boolean }> = [
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

export function* textsOf(value: unknown, path: Place['path']): Generator<Place> {
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
export function namesIn(manifests: Manifests): Set<string> {
  const names = new Set<string>(Object.values(CONTAINERD_TABLES));
  const add = (...found: string[]) => found.filter(Boolean).forEach((name) => names.add(name));
  const addLabels = (labels: Record<string, string>) => add(...Object.keys(labels), ...Object.values(labels));
  for (const { kind, metadata, data, handler, scheduling, spec } of manifests) {
    add(metadata.name);
    if (kind === 'RuntimeClass') {
      add(handler);
      addLabels(scheduling?.nodeSelector ?? {});
    }
    if (kind === 'ConfigMap') {
      add(...Object.keys(data));
    }
    if (data?.['plan.json']) {
      const { installer, runtimes, gate } = JSON.parse(data['plan.json']);
      add(installer, ...gate?.slots ?? [], gate?.nodeLeasePrefix);
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
      add(...(containers[0].env ?? []).map(({ valueFrom }: any) => valueFrom?.fieldRef?.fieldPath ?? ''));
    }
  }
  return names;
}

export function occurrencesIn(object: any, place: Place, names: ReadonlySet<string>): Occurrence[] {
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
export function* misspellings({ place: { text }, from, to }: Occurrence): Generator<string> {
  for (let at = from; at < to; at += 1) {
    const given = text[at];
    const akin = /[0-9]/.test(given) ? String((Number(given) + 1) % 10) : given === 'x' ? 'y' : 'x';
    for (const other of [akin, given === '-' ? '.' : '-']) {
      yield text.slice(0, at) + other + text.slice(at + 1);
    }
  }
}

/** A copy in which one text is another; everything beside the way to it is shared. */
export function replaced(value: any, { path, isKey }: Place, text: string, depth = 0): any {
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
export function rehashed(manifests: Manifests): Manifests {
  return rehash(manifests.map((object) => (object.kind === 'DaemonSet' ? structuredClone(object) : object)));
}
