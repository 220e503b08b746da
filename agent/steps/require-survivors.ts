import { NotYet } from '../not-yet';
import { Refusal } from '../refusal';
import { Run } from '../transaction';
import { waitingUntil } from '../waiting';

/** No handler is worth the Pods that a restart of the container runtime would end. */
export async function requireSurvivors({ node, plan: { deadline }, planHash }: Run): Promise<void> {
  const endangered = await node.endangered?.();
  if (!endangered) return;
  const { message, passes } = endangered;
  const end = deadline && waitingUntil(node.host, planHash, deadline.seconds);
  if (passes && !(end && Date.now() >= end.getTime())) throw new NotYet(message);
  throw new Refusal(message);
}
