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
    if (!isRecord(manifest)) {
      continue;
    }
    const kind = textAt(manifest, 'kind');
    if (kind?.endsWith('List') && Array.isArray(manifest.items)) {
      // The items of a typed list (PodList) do not say their own kind.
      const implied = kind === 'List' ? {} : { apiVersion: manifest.apiVersion, kind: kind.slice(0, -'List'.length) };
      for (const item of manifest.items) {
        yield* unfold(isRecord(item) && item.kind === undefined ? [{ ...implied, ...item }] : [item]);
      }
    } else {
      yield manifest;
    }
  }
}
