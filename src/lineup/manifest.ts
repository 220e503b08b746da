import type { FieldPath } from './field-path';

/** A Kubernetes object as it was parsed; nothing about its shape is certain, whoever wrote it. */
export type Manifest = { readonly [key: string]: unknown };

/** Namespace of an object that names none, as kubectl takes it. */
const DEFAULT_NAMESPACE = 'default';

/** The value at a path, undefined where the path ends early. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) {
      return undefined;
    }
    current = (current as { [key: string]: unknown })[key];
  }
  return current;
}

/** The string at a path, undefined if there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The object at a path, empty if there is none. */
export function recordAt(value: unknown, ...path: readonly string[]): { readonly [key: string]: unknown } {
  const found = valueAt(value, ...path);
  return isRecord(found) ? found : {};
}

/** The array at a path, empty if there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function nameOf(manifest: Manifest): string {
  return textAt(manifest, 'metadata', 'name') ?? '';
}

export function namespaceOf(manifest: Manifest): string {
  return textAt(manifest, 'metadata', 'namespace') ?? DEFAULT_NAMESPACE;
}

/** The object as a person finds it: `Deployment team-a/web`, `RuntimeClass gvisor`. */
export function describe(manifest: Manifest): string {
  const namespace = textAt(manifest, 'metadata', 'namespace');
  const name = nameOf(manifest) || textAt(manifest, 'metadata', 'generateName') || '(without a name)';
  return `${textAt(manifest, 'kind') ?? 'object'} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The objects themselves, with those of a List (`kubectl get -o json`) in its place. */
export function* unfold(manifests: Iterable<unknown>): Generator<Manifest> {
  for (const manifest of manifests) {
    if (isList(manifest)) {
      for (const { object } of unfoldWithPaths(manifest)) {
        yield object;
      }
    } else if (isRecord(manifest)) {
      yield manifest;
    }
  }
}

/** The objects in a value (one of them, a List, or an array), with the path from the value to each. */
export function* unfoldWithPaths(value: unknown, path: FieldPath = []): Generator<{ readonly object: Manifest; readonly path: FieldPath }> {
  if (Array.isArray(value)) {
    for (const [position, element] of value.entries()) {
      yield* unfoldWithPaths(element, [...path, position]);
    }
  } else if (isList(value)) {
    const { kind, apiVersion, items } = value;
    // The items of a typed list (PodList) do not say their own kind.
    const implied = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
    for (const [position, item] of items.entries()) {
      yield* unfoldWithPaths(isRecord(item) && item.kind === undefined ? { ...implied, ...item } : item, [...path, 'items', position]);
    }
  } else if (isRecord(value)) {
    yield { object: value, path };
  }
}

function isList(value: unknown): value is { readonly apiVersion: unknown; readonly kind: string; readonly items: readonly unknown[] } {
  return isRecord(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items);
}
