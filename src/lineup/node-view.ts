import { listAt, nameOf, textAt, valueAt, type Manifest } from './manifest';
import { textMap } from './pod-view';

/** A node of a live cluster. */
export interface NodeView {
  readonly object: Manifest;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Handlers that its container runtime serves, without the default one, whose name is empty; undefined where it does not say (before containerd 2.0). */
  readonly handlers?: ReadonlySet<string>;
  /** What its condition Ready says, where that is not true; absent where it is, or where there is none. */
  readonly notReady?: string;
  /** Version of its containerd, such as `2.3.1`; absent where it has another container runtime or does not say. */
  readonly containerd?: string;
}

export function viewNode(object: Manifest): NodeView {
  const handlers = valueAt(object, 'status', 'runtimeHandlers');
  const containerd = /^containerd:\/\/v?(\d+\.\d+.*)$/.exec(textAt(object, 'status', 'nodeInfo', 'containerRuntimeVersion') ?? '')?.[1];
  const ready = listAt(object, 'status', 'conditions').find((condition) => textAt(condition, 'type') === 'Ready');
  return {
    object,
    name: nameOf(object),
    labels: textMap(object, 'metadata', 'labels'),
    ...(Array.isArray(handlers) ? { handlers: new Set(handlers.flatMap((handler) => textAt(handler, 'name') || [])) } : {}),
    ...(ready !== undefined && textAt(ready, 'status') !== 'True' ? { notReady: textAt(ready, 'reason') ?? 'without a reason' } : {}),
    ...(containerd === undefined ? {} : { containerd }),
  };
}

/** Whether a node has all the labels. */
export function hasLabels({ labels }: NodeView, selector: ReadonlyMap<string, string>): boolean {
  return [...selector].every(([key, value]) => labels.get(key) === value);
}
