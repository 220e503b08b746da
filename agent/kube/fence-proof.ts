import { heldLease, leasePath, leasesPath, nodePath, type Gate } from './gate';
import { isNotFound, KubeError } from './kube-error';
import { FENCE_VOICE } from '../../src/installer/fence-policy';

/** No node has this label, and no namespace this Lease; the token must not be able to make them. */
const PROBE = 'sandbox-runtimes/fence-probe';
const LEASE_PROBE = 'sandbox-runtimes-fence-probe';
const DRY_RUN = { dryRun: true };

/**
 * Shows that the admission policy fences this very token, before it is used: writes that RBAC allows and the policy
 * must refuse, as dry runs. A policy whose namespace, service account or binding does not fit refuses nothing, and
 * RBAC alone would let the token label every node of the cluster.
 */
export async function proveFence(gate: Gate): Promise<void> {
  const { kube, node, installer, plan } = gate;
  const labelled = { apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels: { [PROBE]: 'probe' } } };
  await mustBeRefused(gate, `the label ${PROBE} on node ${node}`, async () => kube.apply(nodePath(node), labelled, `${installer} probe`, DRY_RUN));
  await mustBeRefused(gate, `any Lease in namespace ${plan.namespace}`, async () => kube.create(leasesPath(gate), heldLease(gate, LEASE_PROBE, node), DRY_RUN));
}

/**
 * The same for the policy that keeps slots from being taken from nodes that live. It looks at every node of the
 * cluster, so it is asked only by who is about to take a slot over.
 */
export async function proveTakeoverFence(gate: Gate, slot: string): Promise<void> {
  await mustBeRefused(gate, `the deletion of slot ${slot}`, async () => gate.kube.delete(leasePath(gate, slot), {}, DRY_RUN));
}

async function mustBeRefused({ installer }: Gate, what: string, write: () => Promise<unknown>): Promise<void> {
  const refusal = await write().then(() => undefined, (error: unknown) => error);
  if (refusal === undefined) {
    throw new Error(`the token of this Pod is not fenced: the API server would let it write ${what}; apply the ValidatingAdmissionPolicy and `
      + `ValidatingAdmissionPolicyBinding objects of ${installer} with the namespace and service account they were synthesized for`);
  }
  // Somebody else took the slot over at this moment: between two Leases there is nothing to delete.
  if (isNotFound(refusal)) return;
  if (!(refusal instanceof KubeError)) throw refusal;
  if (refusal.deniedBy === 'policy' && refusal.answer.includes(`denied request: ${FENCE_VOICE}`)) return;
  throw new Error(`cannot tell whether the token of this Pod is fenced, because something else than the policy of ${installer} answered: ${refusal.message}`);
}
