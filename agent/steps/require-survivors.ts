import { NotYet } from '../not-yet';
import { Refusal } from '../refusal';
import { Run } from '../transaction';
import { waitingSince } from '../waiting';

/** No handler is worth the Pods that a restart of the container runtime would end. */
export async function requireSurvivors({ node, plan: { deadline }, planHash }: Run): Promise<void> {
  const endangered = await node.endangered?.();
  if (!endangered) return;
  const { message, passes } = endangered;
  const isOver = deadline && Date.now() >= waitingSince(node.host, planHash).getTime() + deadline.seconds * 1000;
  if (passes && !isOver) throw new NotYet(message);
  throw new Refusal(message);
}
