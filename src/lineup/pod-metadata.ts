import type { Manifest } from './manifest';
import { textMap } from './pod-view';
import { podSpecPath } from '../workload/pod-spec-path';

/** Annotations that the Pods of an object have. */
export function podAnnotations(object: Manifest): ReadonlyMap<string, string> {
  const path = podSpecPath(object.apiVersion, object.kind) ?? [];
  return textMap(object, ...path.slice(0, -1), 'metadata', 'annotations');
}
