import { handlerLabel, HANDLER_LABEL_PREFIX } from '../../installer/handler-label';
import type { LineUpIndex } from '../../lineup/line-up-index';
import { listAt, nameOf, namespaceOf, textAt, valueAt, type Manifest } from '../../lineup/manifest';
import { hasLabels, type NodeView } from '../../lineup/node-view';

/** A handler on a node. */
export interface HandlerStatus {
  readonly node: string;
  readonly handler: string;
  /** `declared`: an installer selects the node and has not begun; `served`: no installer of ours, but the kubelet reports it. */
  readonly state: 'declared' | 'pending' | 'ready' | 'failed' | 'served';
  /** What the kubelet says that the container runtime serves; undefined where it does not say. */
  readonly served?: boolean;
  /** Pods of the handler's classes that run there. */
  readonly pods: number;
  /** Why it failed, as the installer's Pod has left it. */
  readonly reason?: string;
}

/** Pods of a live cluster, as far as the status needs them; fed while the manifests pass by. */
export class PodWatch {
  private readonly runs = new Map<string, number>();
  private readonly reasons = new Map<string, string>();

  public *watch(manifests: Iterable<Manifest>): Generator<Manifest> {
    for (const manifest of manifests) {
      const node = manifest.kind === 'Pod' ? textAt(manifest, 'spec', 'nodeName') : undefined;
      if (node !== undefined) {
        const runtimeClass = textAt(manifest, 'spec', 'runtimeClassName');
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
    const ofClasses = [...classes.values()].flat().map(({ handler }) => handler).filter((handler) => node.handlers?.has(handler));
    return [...new Set([...installed.map(({ runtime }) => runtime.handler), ...labelled, ...ofClasses])].sort().map((handler): HandlerStatus => {
      const own = installed.find(({ runtime }) => runtime.handler === handler);
      const state = stateOf(node, handler, own !== undefined);
      const names = [...classes.values()].flat().filter((runtimeClass) => runtimeClass.handler === handler).map(({ name }) => name);
      const reason = state === 'ready' || own === undefined ? undefined : pods.reason(node.name, own.installer.name);
      return {
        node: node.name,
        handler,
        state,
        ...(node.handlers ? { served: node.handlers.has(handler) } : {}),
        pods: names.reduce((sum, name) => sum + pods.running(node.name, name), 0),
        ...(reason === undefined ? {} : { reason }),
      };
    });
  });
}

function stateOf({ labels }: NodeView, handler: string, isInstalled: boolean): HandlerStatus['state'] {
  const label = labels.get(handlerLabel(handler));
  return label === 'pending' || label === 'ready' || label === 'failed' ? label : isInstalled ? 'declared' : 'served';
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
