/** Where a kind keeps the spec of its Pods. */
interface PodSpecPlace {
  /** API group; empty for the core group. Other groups have kinds of the same name (`Job` of Volcano). */
  readonly group: string;
  readonly path: readonly string[];
}

const TEMPLATE = ['spec', 'template', 'spec'];
const POD_TEMPLATE = ['spec', 'podTemplate', 'spec'];
const KNATIVE = 'serving.knative.dev';

/**
 * Every built-in kind that bears Pods, and custom resources that many people have.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
 * @see https://github.com/kubernetes-sigs/agent-sandbox/tree/main/api
 */
const POD_SPEC_PLACES: { readonly [kind: string]: PodSpecPlace } = {
  Pod: { group: '', path: ['spec'] },
  PodTemplate: { group: '', path: ['template', 'spec'] },
  ReplicationController: { group: '', path: TEMPLATE },
  DaemonSet: { group: 'apps', path: TEMPLATE },
  Deployment: { group: 'apps', path: TEMPLATE },
  ReplicaSet: { group: 'apps', path: TEMPLATE },
  StatefulSet: { group: 'apps', path: TEMPLATE },
  CronJob: { group: 'batch', path: ['spec', 'jobTemplate', ...TEMPLATE] },
  Job: { group: 'batch', path: TEMPLATE },
  // agent-sandbox
  Sandbox: { group: 'agents.x-k8s.io', path: POD_TEMPLATE },
  SandboxTemplate: { group: 'extensions.agents.x-k8s.io', path: POD_TEMPLATE },
  // Argo Rollouts
  Rollout: { group: 'argoproj.io', path: TEMPLATE },
  // Knative, which takes the field only with kubernetes.podspec-runtimeclassname in its ConfigMap config-features
  Configuration: { group: KNATIVE, path: TEMPLATE },
  Service: { group: KNATIVE, path: TEMPLATE },
};

/** Stands for each element of a list in a path. */
const EACH = '*';

/** The path from an object to the spec of its Pods; undefined if the kind bears none. */
export function podSpecPath(apiVersion: unknown, kind: unknown): readonly string[] | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !Object.hasOwn(POD_SPEC_PLACES, kind)) {
    return undefined;
  }
  const { group, path } = POD_SPEC_PLACES[kind];
  const slash = apiVersion.indexOf('/');
  return (slash < 0 ? '' : apiVersion.slice(0, slash)) === group ? path : undefined;
}

/** The paths into a list, as an error proposes them; undefined if the kind is no list of what bears Pods. */
export function pathsIntoList(apiVersion: unknown, kind: unknown): string | undefined {
  if (apiVersion === 'v1' && kind === 'List') return '\'items.*.spec\' for Pods, \'items.*.spec.template.spec\' for Deployments';
  const path = typeof kind === 'string' && kind.endsWith('List') ? podSpecPath(apiVersion, kind.slice(0, -'List'.length)) : undefined;
  return path && `'${['items', EACH, ...path].join('.')}'`;
}

/**
 * Reads a path that somebody wrote, such as `spec.tasks.*.template.spec`.
 *
 * @throws if it does not lead to a Pod template's spec
 */
export function parsePodSpecPath(text: string): readonly string[] {
  const path = text.split('.');
  if (path.some((key) => !/^(\*|[A-Za-z][\w-]*)$/.test(key)) || path[path.length - 1] !== 'spec') {
    throw new Error('podSpecPath must be names with "." between them that lead to the spec of a Pod template, "*" for each element of a list,'
      + ` such as "spec.tasks.*.template.spec", got "${text}"`);
  }
  return path;
}

/** The objects that hold a Pod's `metadata` and `spec`, with the path to each; those without a spec are left out. */
export function podTemplates(manifest: any, path: readonly string[]): { readonly path: readonly string[]; readonly template: any }[] {
  if (path.length === 1) {
    return isObject(manifest.spec) ? [{ path: [], template: manifest }] : [];
  }
  let level: { path: readonly string[]; value: any }[] = [{ path: [], value: manifest }];
  for (const key of path.slice(0, -1)) {
    level = level.flatMap(({ path: above, value }) => (
      key === EACH
        ? (Array.isArray(value) ? value : []).map((element, position) => ({ path: [...above, String(position)], value: element }))
        : value?.[key] === undefined ? [] : [{ path: [...above, key], value: value[key] }]
    ));
  }
  return level.filter(({ value }) => isObject(value?.spec)).map(({ path: above, value }) => ({ path: above, template: value }));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
