import { App } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { ClusterScopedObject } from '../synth/cluster-scoped-object';

/** Namespaces that the installers of an app create. */
const created = new WeakMap<IConstruct, Set<string>>();

/**
 * The installer's namespace with Pod Security labels, or nothing where it exists already. hostPath volumes violate Pod
 * Security's `baseline`, so it has to be `privileged`.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function installerNamespace(scope: Construct, name: string, create: boolean | undefined): ClusterScopedObject | undefined {
  // Deleting the manifests would delete the namespace, and these belong to the cluster.
  const clusters = name === 'default' || name.startsWith('kube-');
  if (create && clusters) {
    throw new Error(`createNamespace is true for ${scope.node.path}, but the namespace "${name}" belongs to the cluster; leave createNamespace out, or choose a namespace of your own`);
  }
  const app = App.of(scope);
  const names = created.get(app) ?? new Set();
  created.set(app, names);
  if (!(create ?? (!clusters && !names.has(name)))) return undefined;
  names.add(name);
  const levels = ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'privileged']);
  return new ClusterScopedObject(scope, 'Namespace', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: Object.fromEntries(levels) },
  });
}
