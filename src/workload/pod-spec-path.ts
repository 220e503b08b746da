/** Where a kind keeps the spec of its Pods. */
interface PodSpecPlace {
  /** API group; empty for the core group. Other groups have kinds of the same name (`Job` of Volcano). */
  readonly group: string;
  readonly path: readonly string[];
}

const TEMPLATE = ['spec', 'template', 'spec'];

/**
 * Every built-in kind that bears Pods.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
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
};

/** The path from an object to the spec of its Pods; undefined if the kind bears none. */
export function podSpecPath(apiVersion: unknown, kind: unknown): readonly string[] | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !Object.hasOwn(POD_SPEC_PLACES, kind)) {
    return undefined;
  }
  const { group, path } = POD_SPEC_PLACES[kind];
  const slash = apiVersion.indexOf('/');
  return (slash < 0 ? '' : apiVersion.slice(0, slash)) === group ? path : undefined;
}
