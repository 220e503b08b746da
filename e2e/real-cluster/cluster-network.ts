import { NetworkNamespace } from './network-namespace';

/** Address of the control plane for nodes. */
export const CONTROL_PLANE_ADDRESS = '10.200.0.1';
export const NODE_ADDRESS = '10.200.0.2';
export const POD_SUBNET = '10.244.0.0/24';
/** Where Pods look for the API server. There is no kube-proxy, so the control plane has the Service's address itself. */
const SERVICE_ADDRESS = '10.96.0.1';
const BRIDGE = 'nodes';

/** One network for the control plane, one for the node, and a cable. Neither reaches the machine or the Internet. */
export class ClusterNetwork {
  static async create(): Promise<ClusterNetwork> {
    const controlPlane = await NetworkNamespace.create();
    controlPlane.run('ip', 'address', 'add', `${SERVICE_ADDRESS}/32`, 'dev', 'lo');
    controlPlane.run('ip', 'link', 'add', BRIDGE, 'type', 'bridge');
    controlPlane.run('ip', 'address', 'add', `${CONTROL_PLANE_ADDRESS}/24`, 'dev', BRIDGE);
    controlPlane.run('ip', 'link', 'set', BRIDGE, 'up');
    controlPlane.run('ip', 'route', 'add', POD_SUBNET, 'via', NODE_ADDRESS);
    return new ClusterNetwork(controlPlane);
  }

  private node?: NetworkNamespace;

  private constructor(readonly controlPlane: NetworkNamespace) {}

  /** A new network for the node, as a boot gives it one. */
  async connectNode(): Promise<string> {
    await this.node?.remove();
    const node = this.node = await NetworkNamespace.create();
    const { controlPlane } = this;
    // The end of a cable goes some time after the namespace of the other one.
    controlPlane.run('sh', '-c', 'while ip link show node >/dev/null 2>&1; do sleep 0.05; done');
    controlPlane.run('ip', 'link', 'add', 'node', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(node.pid));
    controlPlane.run('ip', 'link', 'set', 'node', 'master', BRIDGE, 'up');
    node.run('ip', 'address', 'add', `${NODE_ADDRESS}/24`, 'dev', 'eth0');
    node.run('ip', 'link', 'set', 'eth0', 'up');
    node.run('ip', 'route', 'add', 'default', 'via', CONTROL_PLANE_ADDRESS);
    node.run('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
    return node.path;
  }

  async remove(): Promise<void> {
    await this.node?.remove();
    await this.controlPlane.remove();
  }
}
