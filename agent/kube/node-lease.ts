import { heldBy, heldLease, leasePath, leasesPath, type Gate, type Lease } from './gate';
import type { KubeObject } from './kube-client';
import { isConflict, isNotFound } from './kube-error';

/** Hash of the plan that was last proven on this node; of a former node of the same name, nothing. */
export async function provenPlanHash(gate: Gate, node: KubeObject): Promise<string | undefined> {
  const lease = await readNodeLease(gate);
  return lease && belongsTo(lease, node) ? lease.spec?.holderIdentity : undefined;
}

/**
 * Notes that this plan is proven on this node. The Lease belongs to the Node object, so it goes when the node goes.
 * Returns false if that was known already.
 */
export async function recordProvenPlan(gate: Gate, node: KubeObject, planHash: string): Promise<boolean> {
  const lease = await readNodeLease(gate);
  if (lease && belongsTo(lease, node) && lease.spec?.holderIdentity === planHash) return false;
  const { metadata, ...proven } = lease ?? heldLease(gate, leaseName(gate), planHash);
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: gate.node, uid: node.metadata.uid! }];
  const owned: Lease = { ...proven, metadata: { ...metadata, ownerReferences }, spec: heldBy(planHash) };
  try {
    await (lease ? gate.kube.replace(leasePath(gate, leaseName(gate)), owned) : gate.kube.create(leasesPath(gate), owned));
  } catch (error) {
    // A former node's Lease was collected or the answer to our own write got lost: look again.
    if (isConflict(error) || isNotFound(error)) return recordProvenPlan(gate, node, planHash);
    throw error;
  }
  return true;
}

async function readNodeLease(gate: Gate): Promise<Lease | undefined> {
  return readLease(gate, leaseName(gate));
}

/** The Lease, or nothing if there is none. */
export async function readLease(gate: Gate, name: string): Promise<Lease | undefined> {
  try {
    return await gate.kube.get<Lease>(leasePath(gate, name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function leaseName({ plan, node }: Gate): string {
  return plan.nodeLeasePrefix + node;
}

function belongsTo(lease: Lease, node: KubeObject): boolean {
  return (lease.metadata.ownerReferences ?? []).some(({ uid }) => uid === node.metadata.uid);
}
