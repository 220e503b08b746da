import { agentPolicy, slotTakeoverPolicy } from './fence-policy';
import { agentAccess } from './fence-rbac';

/** A Kubernetes object as it stands in YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** Names of everything that the agent's token may touch. */
export interface FenceProps {
  /** Name of the DaemonSet, and of the objects in its namespace. */
  readonly name: string;
  /** Name of the cluster-scoped objects. */
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Handlers of the plan: the node labels that may be set. */
  readonly handlers: readonly string[];
  /** Names of the Leases that are the rollout slots. */
  readonly slots: readonly string[];
  /** Key of the taint that may be lifted from the own node. Absent: none. */
  readonly startupTaint?: string;
  /** A node's own Lease is `<nodeLeasePrefix><node name>`. */
  readonly nodeLeasePrefix: string;
}

/**
 * Everything that `claim` and `admit` need at the API server, and what keeps their token to just that: the service
 * account, its roles, the slots, and the admission policies. Which objects there are does not depend on the handlers.
 *
 * RBAC alone cannot say "only the node that the Pod runs on", "only these labels" or "only a free slot": whoever may
 * patch one node may patch all of them. The policies say it, by the node name in the token of a running Pod.
 */
export function fenceManifests(props: FenceProps): Manifest[] {
  const confused = props.slots.find((slot) => slot.startsWith(props.nodeLeasePrefix));
  if (confused !== undefined) {
    throw new Error(`the slot "${confused}" begins like the Lease of a node ("${props.nodeLeasePrefix}"); a node of that name could take it, name it otherwise`);
  }
  return [
    ...agentAccess(props),
    ...props.slots.map((slot) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      // No spec: who holds the slot is not ours to say, and an apply must not free one.
      metadata: { name: slot, namespace: props.namespace },
    })),
    ...agentPolicy(props),
    ...slotTakeoverPolicy(props),
  ];
}
