import { setTimeout as sleep } from 'node:timers/promises';
import { apiCall } from './api-call';
import type { ControlPlane } from './control-plane';
import type { KubeConnection } from '../../agent/kube/kube-client';
import { fenceManifests, type FenceProps, type Manifest } from '../../src/installer/fence';
import { FENCE_VOICE } from '../../src/installer/fence-policy';

/** How the API calls the collections of the kinds that an installer brings. */
const RESOURCES: { readonly [kind: string]: string } = {
  ServiceAccount: 'serviceaccounts',
  Lease: 'leases',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};

function objectPath({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}/${namespace === undefined ? '' : `namespaces/${namespace}/`}${RESOURCES[kind]}/${name}`;
}

/** An installer's fence in a real API server, and tokens of its Pods on nodes. */
export class FencedInstaller {
  /** One with two handlers. */
  public static inNamespace(plane: ControlPlane, namespace: string, slots = 1): FencedInstaller {
    return new FencedInstaller(plane, {
      name: 'installer',
      clusterName: `${namespace}.installer`,
      namespace,
      serviceAccount: 'installer',
      handlers: ['runsc', 'runsc-kvm'],
      slots: Array.from({ length: slots }, (_, index) => `installer-slot-${index}`),
      nodeLeasePrefix: 'installer-node.',
    });
  }

  constructor(private readonly plane: ControlPlane, public readonly props: FenceProps) {}

  /** Path of the Leases in the installer's namespace. */
  public get leases(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.props.namespace}/leases`;
  }

  /** Applies what the user would, in the order in which it stands in the YAML. */
  public async apply(manifests: readonly Manifest[] = fenceManifests(this.props)): Promise<void> {
    await this.plane.adminClient.apply(`/api/v1/namespaces/${this.props.namespace}`, object('v1', 'Namespace', this.props.namespace), 'user');
    for (const manifest of manifests) await this.plane.adminClient.apply(objectPath(manifest), manifest, 'user');
  }

  public async delete(manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) await this.asAdmin('DELETE', objectPath(manifest));
  }

  public async createNode(name: string): Promise<void> {
    await this.plane.adminClient.create('/api/v1/nodes', {
      ...object('v1', 'Node', name),
      metadata: { name, labels: { 'kubernetes.io/arch': 'amd64' } },
    });
  }

  public async deleteNode(name: string): Promise<void> {
    await this.asAdmin('DELETE', `/api/v1/nodes/${name}`);
  }

  /** The connection of the agent in a Pod on this node, by a token as the kubelet asks for it. Without a node: of a Pod that waits for one. */
  public async agentOn(node: string | undefined): Promise<KubeConnection> {
    const { namespace, serviceAccount } = this.props;
    const name = `installer-${node ?? 'unscheduled'}-${Math.random().toString(36).slice(2, 8)}`;
    const pod = await this.asAdmin('POST', `/api/v1/namespaces/${namespace}/pods`, {
      ...object('v1', 'Pod', name),
      spec: { nodeName: node, serviceAccountName: serviceAccount, automountServiceAccountToken: false, containers: [{ name: 'admit', image: 'agent' }] },
    });
    return this.plane.connection(await this.token({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid: pod.metadata.uid } }));
  }

  /** A token of the service account that no Pod stands behind. */
  public async unboundAgent(): Promise<KubeConnection> {
    return this.plane.connection(await this.token({}));
  }

  /** Whether both policies refuse what they must; they take a moment to come into force. */
  public async isFenced(agent: KubeConnection, node: string): Promise<boolean> {
    const patch = { body: { metadata: { labels: { probe: 'x' } } }, contentType: 'application/merge-patch+json' };
    const answers = [
      await apiCall(agent, 'PATCH', `/api/v1/nodes/${node}?dryRun=All`, patch),
      await apiCall(agent, 'DELETE', `${this.leases}/${this.props.slots[0]}?dryRun=All`),
    ];
    return answers.every(({ deniedBy, message }) => deniedBy === 'policy' && message.includes(FENCE_VOICE));
  }

  /** As an administrator; throws if that is refused. */
  public async asAdmin(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await apiCall(this.plane.admin, method, path, { body });
    if (answer.status >= 300) throw new Error(`${method} ${path} as administrator: ${answer.status} ${answer.message}`);
    return answer.object;
  }

  /** Changes of admission policies take a moment to reach admission. */
  public async until(condition: () => Promise<boolean>, what: string): Promise<void> {
    for (const deadline = Date.now() + 20_000; !await condition();) {
      if (Date.now() > deadline) throw new Error(`waited 20 s in vain for ${what}`);
      await sleep(50);
    }
  }

  private async token(spec: object): Promise<string> {
    const { namespace, serviceAccount } = this.props;
    const request = await this.asAdmin('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`, {
      apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600, ...spec },
    });
    return request.status.token;
  }
}

function object(apiVersion: string, kind: string, name: string) {
  return { apiVersion, kind, metadata: { name } };
}
