import type { Duration } from 'cdk8s';

/** A look costs a start of Node.js; more often would be felt on the node. */
const LEAST_SECONDS = 10;

/** Refuses what would look all the time. */
export function validateDriftCheckInterval(interval: Duration | undefined): void {
  if (interval === undefined || interval.toMilliseconds() >= LEAST_SECONDS * 1000) return;
  throw new Error(`driftCheckInterval must be at least ${LEAST_SECONDS} seconds, since each look costs a start of Node.js on every node, `
    + `got ${interval.toHumanString()}; write for example Duration.minutes(1)`);
}
