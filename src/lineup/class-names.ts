import type { FieldPath } from './field-path';
import { textAt, valueAt, type Manifest } from './manifest';
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

/** API groups, with those below them, whose objects have what looks like Pods and is none: patterns, and values of charts that bring their own classes. */
const NO_PODS: readonly { readonly group: string; readonly kinds?: readonly string[]; readonly source: string }[] = [
  { group: 'kyverno.io', source: 'https://kyverno.io/docs/policy-types/cluster-policy/validate' },
  { group: 'gatekeeper.sh', source: 'https://open-policy-agent.github.io/gatekeeper/website/docs/howto/' },
  { group: 'helm.toolkit.fluxcd.io', source: 'https://fluxcd.io/flux/components/helm/helmreleases/#values' },
  { group: 'kustomize.toolkit.fluxcd.io', source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution' },
  // Rollouts and Workflows of this group have Pods.
  { group: 'argoproj.io', kinds: ['Application', 'ApplicationSet'], source: 'https://argo-cd.readthedocs.io/en/stable/user-guide/helm/' },
];

/**
 * What is a Pod's without any containers: Tekton's own, and templates to which an operator adds them.
 * @see https://tekton.dev/docs/pipelines/podtemplates/
 * @see https://www.elastic.co/guide/en/cloud-on-k8s/current/k8s-customize-pods.html
 */
const POD_TEMPLATE = /(^|\/)(podTemplate(\/spec)?|taskPodTemplate)$/;

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
    if (name !== undefined && isDnsSubdomain(name) && !found.has(name) && isPod(value, podPath)) {
      found.set(name, { object, podPath, runtimeClassName: name });
    }
    for (const [key, member] of Object.entries(value)) {
      visit(member, [...podPath, Array.isArray(value) ? Number(key) : key]);
    }
  };
  if (mayHavePods(object)) {
    visit(object, []);
  }
  return [...found.values()];
}

function isPod(value: object, path: FieldPath): boolean {
  return Array.isArray(valueAt(value, 'containers')) || POD_TEMPLATE.test(path.join('/'));
}

function mayHavePods(object: Manifest): boolean {
  const apiVersion = textAt(object, 'apiVersion') ?? '';
  const [of] = apiVersion.split('/');
  return !BUILT_IN.test(apiVersion)
    && !NO_PODS.some(({ group, kinds }) => (of === group || of.endsWith(`.${group}`)) && (kinds?.includes(textAt(object, 'kind') ?? '') ?? true));
}
