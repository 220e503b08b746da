import type { FieldPath } from './field-path';
import { textAt, type Manifest } from './manifest';
import { isDnsSubdomain } from '../runtime/runtime-names';

/** Where an object names a RuntimeClass. */
export interface ClassName {
  readonly object: Manifest;
  /** From the object to what has the member `runtimeClassName`. */
  readonly podPath: FieldPath;
  readonly runtimeClassName: string;
}

/** Those of Kubernetes itself: `v1`, `apps/v1`, `node.k8s.io/v1`. Custom resources that bear Pods are of `x-k8s.io`, or of others. */
const BUILT_IN = /^[^.]*$|\.k8s\.io\//;

/**
 * RuntimeClasses that a custom resource names, wherever it has its Pods (KEDA's `jobTargetRef.template.spec`, Tekton's
 * `podTemplate`). A pattern or a placeholder is no name; one that stands twice counts once.
 */
export function classNames(object: Manifest): ClassName[] {
  const found = new Map<string, ClassName>();
  const visit = (value: unknown, podPath: FieldPath) => {
    if (typeof value !== 'object' || value === null) {
      return;
    }
    const name = textAt(value, 'runtimeClassName');
    if (name !== undefined && isDnsSubdomain(name) && !found.has(name)) {
      found.set(name, { object, podPath, runtimeClassName: name });
    }
    for (const [key, member] of Object.entries(value)) {
      visit(member, [...podPath, Array.isArray(value) ? Number(key) : key]);
    }
  };
  if (!BUILT_IN.test(textAt(object, 'apiVersion') ?? '')) {
    visit(object, []);
  }
  return [...found.values()];
}
