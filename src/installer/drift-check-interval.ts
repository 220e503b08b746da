import type { Duration } from 'cdk8s';

/** A look costs a start of Node.js; more often would be felt on the node. */
const LEAST_SECONDS = 10;

/** Refuses what would look all the time. */
export function validateDriftCheckInterval(interval: Duration | undefined): void {
  if (interval === undefined) return;
  const seconds = interval.toMilliseconds() / 1000;
  if (Number.isInteger(seconds) && seconds >= LEAST_SECONDS) return;
  throw new Error(`driftCheckInterval must be whole seconds, at least ${LEAST_SECONDS}, since each look costs a start of Node.js on every node, `
    + `got ${interval.toHumanString()}; write for example Duration.minutes(1)`);
}
