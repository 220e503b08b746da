import { ApiObject, Chart } from 'cdk8s';
import { ClusterScopedObject } from './cluster-scoped-object';
import { NodeInstaller } from '../installer/node-installer';

/**
 * Objects of the library that overwrite another object of the app, or are overwritten by one: a cluster keeps one of a
 * kind and name, and `kubectl apply` says nothing. Charts may be for several clusters, so that two of them may have the
 * same name; only the app of an installer is one cluster, as its handlers are. RuntimeClasses have a rule of their own.
 */
export function sameNames(objects: readonly ApiObject[]): string[] {
  const kinds = new Set(objects.filter(isOurs).map(({ kind }) => kind));
  const byName = new Map<string, ApiObject[]>();
  const problems: string[] = [];
  for (const object of objects) {
    if (!kinds.has(object.kind)) continue;
    const key = `${object.apiGroup} ${object.kind} ${object.name}`;
    const earlier = byName.get(key) ?? [];
    const other = earlier.find((one) => (isOurs(one) || isOurs(object)) && inOneCluster(one, object));
    if (other) problems.push(problem(other, object));
    byName.set(key, [...earlier, object]);
  }
  return problems;
}

function problem(one: ApiObject, other: ApiObject): string {
  const instead = other.kind === 'Namespace' && [one, other].some(isOfInstaller)
    ? 'choose another namespace for one of them, or write createNamespace: false for the NodeInstaller and label the namespace pod-security.kubernetes.io/enforce: privileged yourself'
    : 'give one of them another name';
  return `${one.node.path} and ${other.node.path} are both the ${other.kind} "${other.name}", and a cluster keeps only one of them; ${instead}`;
}

function isOurs(object: ApiObject): boolean {
  return ClusterScopedObject.isOne(object) && object.kind !== 'RuntimeClass';
}

function inOneCluster(one: ApiObject, other: ApiObject): boolean {
  return Chart.of(one) === Chart.of(other) || isOfInstaller(one) || isOfInstaller(other);
}

function isOfInstaller(object: ApiObject): boolean {
  return object.node.scope instanceof NodeInstaller;
}
