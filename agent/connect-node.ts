import { ContainerdNode } from './containerd-node';
import { CrioNode } from './crio-node';
import { DockerNode } from './docker-node';
import { Host } from './host/host';
import { Node, NodeOptions } from './node';
import { PlatformPlan } from '../src/installer/install-plan';

/** The node as its platform says it is. */
export function connectNode(host: Host, platform: PlatformPlan, options: NodeOptions = {}): Node {
  switch (platform.kind) {
    case undefined: return new ContainerdNode(host, platform, options);
    case 'crio': return new CrioNode(host, platform);
    case 'docker': return new DockerNode(host, platform);
  }
}
