import { shown } from '../runtime/given';

/** A quantity that is not negative. @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY = /^\+?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** Refuses what Kubernetes does not take for an amount. */
export function refuseQuantity(described: string, quantity: unknown, example: string): void {
  if (quantity === undefined || (typeof quantity === 'string' && QUANTITY.test(quantity))) return;
  throw new Error(`${described} must be a Kubernetes quantity such as "${example}", got ${shown(quantity)}`);
}
