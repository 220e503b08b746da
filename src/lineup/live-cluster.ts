import { textAt, type Manifest } from './manifest';

/** Prints all of a cluster that the line-up is about. */
export const LIVE_COMMAND = 'kubectl get nodes,runtimeclasses,pods,daemonsets,configmaps -A -o json';

/** Whether an object was read from a cluster. What kubectl was not asked for is then not missing there. */
export function isLive(object: Manifest): boolean {
  return textAt(object, 'metadata', 'uid') !== undefined;
}
