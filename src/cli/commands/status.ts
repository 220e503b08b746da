import { handlerLabel, HANDLER_LABEL_PREFIX } from '../../installer/handler-label';
import type { InstalledRuntime } from '../../lineup/installer';
import type { LineUpIndex } from '../../lineup/line-up-index';
import { describe, listAt, nameOf, namespaceOf, textAt, valueAt, type Manifest } from '../../lineup/manifest';
import { hasLabels, type NodeView } from '../../lineup/node-view';

/** A handler on a node. */
export interface HandlerStatus {
  readonly node: string;
  readonly handler: string;
  /**
   * `declared`: an installer selects the node and has not begun; of what no installer of ours brings, `served`: the kubelet
   * reports it, `used`: it does not say, and Pods of it run there; `unserved`: its label says ready, and the kubelet reports that
   * it is not served; `unknown`: its label has a value that nobody writes.
   */
  readonly state: 'declared' | 'pending' | 'ready' | 'failed' | 'unserved' | 'served' | 'used' | 'unknown';
  /** What the kubelet says that the container runtime serves; undefined where it does not say. */
  readonly served?: boolean;
  /** Pods of the handler's classes that run there. */
  readonly pods: number;
  /** What is not as it should be: why it failed, as the installer's Pod has left it, or what contradicts the label. */
  readonly reason?: string;
}

/** A Pod that no node has taken yet. */
export interface WaitingPod {
  readonly pod: string;
  readonly runtimeClass: string;
}

/** Pods of a live cluster, as far as the status needs them; fed while the manifests pass by. */
export class PodWatch {
  private readonly runs = new Map<string, number>();
  private readonly reasons = new Map<string, string>();
  /** Grows while the manifests pass by. */
  public readonly waiting: WaitingPod[] = [];

  public *watch(manifests: Iterable<Manifest>): Generator<Manifest> {
    for (const manifest of manifests) {
      const node = manifest.kind === 'Pod' ? textAt(manifest, 'spec', 'nodeName') : undefined;
      const runtimeClass = manifest.kind === 'Pod' ? textAt(manifest, 'spec', 'runtimeClassName') : undefined;
      if (node === undefined && runtimeClass !== undefined && textAt(manifest, 'status', 'phase') === 'Pending') {
        this.waiting.push({ pod: describe(manifest), runtimeClass });
      }
      if (node !== undefined) {
        if (runtimeClass !== undefined && ['Running', 'Pending'].includes(textAt(manifest, 'status', 'phase') ?? 'Running')) {
          this.runs.set(key(node, runtimeClass), (this.runs.get(key(node, runtimeClass)) ?? 0) + 1);
        }
        const words = lastWords(manifest);
        const owner = listAt(manifest, 'metadata', 'ownerReferences').find((reference) => textAt(reference, 'kind') === 'DaemonSet');
        if (words !== undefined && owner !== undefined) {
          this.reasons.set(key(node, `${namespaceOf(manifest)}/${textAt(owner, 'name')}`), words);
        }
      }
      yield manifest;
    }
  }

  public running(node: string, runtimeClass: string): number {
    return this.runs.get(key(node, runtimeClass)) ?? 0;
  }

  /** What the Pod of an installer has said on a node. */
  public reason(node: string, installer: string): string | undefined {
    return this.reasons.get(key(node, installer));
  }
}

/** Every handler on every node that has something to do with it, by node. */
export function statuses({ nodes, runtimes, classes }: LineUpIndex, pods: PodWatch): HandlerStatus[] {
  return [...nodes].sort((one, other) => (one.name < other.name ? -1 : 1)).flatMap((node) => {
    const installed = runtimes.filter(({ installer }) => hasLabels(node, installer.pod.nodeSelector));
    const labelled = [...node.labels.keys()].filter((label) => label.startsWith(HANDLER_LABEL_PREFIX))
      .map((label) => label.slice(HANDLER_LABEL_PREFIX.length));
    const ofClasses = [...classes.values()].flat()
      .filter(({ name, handler }) => node.handlers?.has(handler) || pods.running(node.name, name)).map(({ handler }) => handler);
    return [...new Set([...installed.map(({ runtime }) => runtime.handler), ...labelled, ...ofClasses])].sort().map((handler): HandlerStatus => {
      const own = installed.find(({ runtime }) => runtime.handler === handler);
      const state = stateOf(node, handler, own !== undefined);
      const names = [...classes.values()].flat().filter((runtimeClass) => runtimeClass.handler === handler).map(({ name }) => name);
      const reason = [...contradictions(node, handler, state), ...(own || state === 'failed' ? lastWordsOf(own, node, state, pods) : [])].join('; ');
      return {
        node: node.name,
        handler,
        state,
        ...(node.handlers ? { served: node.handlers.has(handler) } : {}),
        pods: names.reduce((sum, name) => sum + pods.running(node.name, name), 0),
        ...(reason ? { reason } : {}),
      };
    });
  });
}

function stateOf({ labels, handlers }: NodeView, handler: string, isInstalled: boolean): HandlerStatus['state'] {
  const label = labels.get(handlerLabel(handler));
  if (isState(label)) {
    return label === 'ready' && handlers?.has(handler) === false ? 'unserved' : label;
  }
  return isInstalled ? 'declared' : handlers?.has(handler) ? 'served' : label === undefined ? 'used' : 'unknown';
}

function isState(label: string | undefined): label is 'pending' | 'ready' | 'failed' {
  return label === 'pending' || label === 'ready' || label === 'failed';
}

/** What does not go with the label. */
function* contradictions({ labels, notReady }: NodeView, handler: string, state: HandlerStatus['state']): Generator<string> {
  const label = labels.get(handlerLabel(handler));
  if (notReady !== undefined) {
    yield `the node is not Ready (${notReady})`;
  }
  if (label !== undefined && !isState(label)) {
    yield `the label ${handlerLabel(handler)} is "${label}", which no installer writes; it may be pending, ready or failed`;
  }
  if (state === 'unserved') {
    yield 'its label says ready, and the kubelet says that the container runtime does not serve it';
  }
}

/** Why the installer is not done. */
function* lastWordsOf(own: InstalledRuntime | undefined, { name }: NodeView, state: HandlerStatus['state'], pods: PodWatch): Generator<string> {
  const words = own && pods.reason(name, own.installer.name);
  if (words !== undefined && state !== 'ready' && state !== 'unserved') {
    yield words;
  } else if (state === 'failed') {
    yield own ? `its installer's Pod on the node left no word; look at "kubectl logs -n ${own.installer.namespace} daemonset/${nameOf(own.installer.daemonSet)} -c install"`
      : 'no installer that brings it was read, so nothing will try again';
  }
}

/** The termination message of a container that gave up, or why it cannot start. */
function lastWords(pod: Manifest): string | undefined {
  for (const container of [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')]) {
    for (const place of ['state', 'lastState']) {
      const message = textAt(container, place, 'terminated', 'message');
      if (message?.trim()) {
        return message.trim();
      }
    }
    const waiting = valueAt(container, 'state', 'waiting');
    const reason = textAt(waiting, 'reason');
    if (reason !== undefined && reason !== 'PodInitializing') {
      return [`container ${textAt(container, 'name')} of ${nameOf(pod)}: ${reason}`, textAt(waiting, 'message')].filter(Boolean).join(': ');
    }
  }
  return undefined;
}

function key(node: string, name: string): string {
  return `${node} ${name}`;
}

/** Pods that are named before the rest is only counted. */
const LISTED = 5;

export function waitingText(waiting: readonly WaitingPod[]): string[] {
  const listed = waiting.slice(0, LISTED).map(({ pod, runtimeClass }) => `${pod} (${runtimeClass})`).join(', ');
  const rest = waiting.length - LISTED;
  return waiting.length ? [`waiting for a node: ${listed}${rest > 0 ? ` and ${rest} more` : ''}`] : [];
}
