import { ClusterControlPlane } from './cluster-control-plane';
import { ClusterNetwork } from './cluster-network';
import { ClusterNode, Linking } from './cluster-node';
import type { Kubectl } from './kubectl';
import { ReleaseMirror } from './release-mirror';

export const NODE = 'node-1';

/** A cluster with one node, in network namespaces of its own. */
export class RealCluster {
  static async start(linking: Linking): Promise<RealCluster> {
    const undo: (() => Promise<void>)[] = [];
    try {
      const network = await ClusterNetwork.create();
      undo.push(() => network.remove());
      const plane = await ClusterControlPlane.start(network.controlPlane, [NODE]);
      undo.push(() => plane.stop());
      const mirror = await ReleaseMirror.start(network.controlPlane);
      undo.push(() => mirror.stop());
      const node = await ClusterNode.boot({
        name: NODE,
        kubeconfig: plane.kubeconfig(NODE),
        clientCertificate: plane.kubeletClientCertificate,
        network: () => network.connectNode(),
        linking,
      });
      undo.push(() => node.stop());
      const cluster = new RealCluster(plane, await plane.kubectl(), node, mirror, undo);
      await cluster.nodeReady();
      return cluster;
    } catch (error) {
      await stopAll(undo);
      throw error;
    }
  }

  private constructor(
    readonly controlPlane: ClusterControlPlane,
    readonly kubectl: Kubectl,
    readonly node: ClusterNode,
    readonly mirror: ReleaseMirror,
    private readonly undo: readonly (() => Promise<void>)[],
  ) {}

  async nodeReady(): Promise<void> {
    const { node } = this;
    try {
      await this.kubectl.until('the node to be ready', () => this.kubectl.get('node', NODE), isReady);
    } catch (error) {
      throw new Error(`${(error as Error).message}\nthe kubelet says:\n${node.journal('kubelet.service')}\ncontainerd says:\n${node.journal('containerd.service')}`);
    }
  }

  async stop(): Promise<void> {
    await stopAll(this.undo);
  }
}

/** What was started last is stopped first, and a failure keeps nothing else from being stopped. */
async function stopAll(undo: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const stop of [...undo].reverse()) await stop().catch(error => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

/** Whether a Node or a Pod is ready. */
export function isReady(object: any): boolean {
  return object.status.conditions?.some(({ type, status }: { type: string; status: string }) => type === 'Ready' && status === 'True') ?? false;
}
