import type { KubeClient, KubeObject } from './kube-client';
import type { GatePlan } from '../../src/installer/install-plan';

/** The API server as seen from one node, for one installer. */
export interface Gate {
  readonly kube: KubeClient;
  /** Name of the node that this Pod runs on. */
  readonly node: string;
  /** `<namespace>/<DaemonSet>`. */
  readonly installer: string;
  readonly plan: GatePlan;
}

export function nodePath(name: string): string {
  return `/api/v1/nodes/${name}`;
}

export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly acquireTime?: string;
  };
}

export function leasesPath({ plan }: Gate): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${plan.namespace}/leases`;
}

export function leasePath(gate: Gate, name: string): string {
  return `${leasesPath(gate)}/${name}`;
}

/** A new Lease, held from now on. */
export function heldLease({ plan }: Gate, name: string, holderIdentity: string): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: plan.namespace },
    spec: heldBy(holderIdentity),
  };
}

export function heldBy(holderIdentity: string): Lease['spec'] {
  // Kubernetes' MicroTime has six digits.
  return { holderIdentity, acquireTime: new Date().toISOString().replace('Z', '000Z') };
}
