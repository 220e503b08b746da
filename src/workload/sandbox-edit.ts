import { podTemplates } from './pod-spec-path';

/** What is written into the Pods of an object. */
export interface SandboxEdit {
  readonly path: readonly string[];
  readonly runtimeClassName: string;
  /** Absent: the RuntimeClass alone says where its Pods run. */
  readonly scheduling?: { readonly nodeSelector?: { readonly [label: string]: string }; readonly tolerations?: readonly object[] };
  readonly annotations: { readonly [name: string]: string };
}

/**
 * Writes it into a rendered object. What stands there already and says something else is a sentence in the answer;
 * undefined if there are no Pods.
 */
export function editPods(manifest: any, { path, runtimeClassName, scheduling, annotations }: SandboxEdit): string[] | undefined {
  const problems: string[] = [];
  const templates = podTemplates(manifest, path);
  for (const { template } of templates) {
    const { spec } = template;
    // Charts render an empty name where none is set, and the API server refuses that.
    if (spec.runtimeClassName && spec.runtimeClassName !== runtimeClassName) {
      problems.push(`sets runtimeClassName "${spec.runtimeClassName}"`);
      continue;
    }
    spec.runtimeClassName = runtimeClassName;
    const { nodeSelector = {}, tolerations = [] } = scheduling ?? {};
    for (const [label, value] of Object.entries(nodeSelector)) {
      if (spec.nodeSelector?.[label] !== undefined && spec.nodeSelector[label] !== value) {
        problems.push(`selects nodes by "${label}: ${spec.nodeSelector[label]}", and the RuntimeClass by "${label}: ${value}"`);
      }
      spec.nodeSelector = { ...spec.nodeSelector, [label]: value };
    }
    for (const toleration of tolerations) {
      const given: readonly object[] = spec.tolerations ?? [];
      if (!given.some((one) => same(one, toleration))) {
        spec.tolerations = [...given, toleration];
      }
    }
    if (Object.keys(annotations).length) {
      template.metadata = { ...template.metadata, annotations: { ...template.metadata?.annotations, ...annotations } };
    }
  }
  return templates.length ? problems : undefined;
}

function same(one: object, other: object): boolean {
  const entries = Object.entries(one);
  return entries.length === Object.keys(other).length && entries.every(([key, value]) => (other as { [key: string]: unknown })[key] === value);
}
