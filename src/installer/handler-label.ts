/**
 * Prefix of the node labels that say what the agent found out about a handler. Kubelets may not set labels below
 * `node-restriction.kubernetes.io/` (the NodeRestriction admission plugin), so a node cannot declare itself ready.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
export const HANDLER_LABEL_PREFIX = 'sandbox-runtimes.node-restriction.kubernetes.io/';

/** Values of a handler's node label. */
export const HANDLER_STATES = ['pending', 'ready', 'failed'] as const;
export type HandlerState = typeof HANDLER_STATES[number];

/** The node label of a handler. */
export function handlerLabel(handler: string): string {
  return HANDLER_LABEL_PREFIX + handler;
}
