import { nodePath, type Gate } from './gate';
import type { KubeObject } from './kube-client';
import { HANDLER_LABEL_PREFIX, handlerLabel, type HandlerState } from '../../src/installer/handler-label';
import { log } from '../log';

export type HandlerStates = { readonly [handler: string]: HandlerState };

/**
 * Makes these the node's handler labels, in one server-side apply. Labels of ours whose handler is not among them go
 * with it, since the API server knows which labels this installer applied; those of others stay.
 */
export async function labelHandlers(step: string, { kube, node, installer }: Gate, before: KubeObject, states: HandlerStates): Promise<void> {
  const labels = Object.fromEntries(Object.entries(states).map(([handler, state]) => [handlerLabel(handler), state]));
  const after = await kube.apply(nodePath(node), { apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels } }, fieldManager(installer));
  for (const [handler, from, to] of changes(before, after)) log(step, `handler ${handler}`, `${from} -> ${to}`);
}

/** Whether the node's labels say this of these handlers. */
export function saysAlready({ metadata }: KubeObject, states: HandlerStates): boolean {
  return Object.entries(states).every(([handler, state]) => metadata.labels?.[handlerLabel(handler)] === state);
}

/** The name by which the API server remembers whose labels they are; it takes at most 128 characters. */
function fieldManager(installer: string): string {
  return `sandbox-runtimes/${installer}`.slice(0, 128);
}

function changes(before: KubeObject, after: KubeObject): [handler: string, from: string, to: string][] {
  const [from, to] = [before, after].map(({ metadata }) => metadata.labels ?? {});
  const keys = new Set([...Object.keys(from), ...Object.keys(to)].filter((key) => key.startsWith(HANDLER_LABEL_PREFIX)));
  return [...keys].sort().filter((key) => from[key] !== to[key])
    .map((key) => [key.slice(HANDLER_LABEL_PREFIX.length), from[key] ?? 'no label', to[key] ?? 'no label']);
}
