import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Linking } from './cluster-node';
import { timed } from './figures';
import { INSTALLER, PLATFORM_NAMESPACE, QuickstartOptions, SLOT, synthesizeQuickstart, TEAM_NAMESPACE } from './quickstart-app';
import { isReady, NODE, RealCluster } from './real-cluster';
import { scratchFolder } from './scratch-folder';
import type { DesiredState, KubeletSettings } from '../../src';
import { handlerLabel } from '../../src/installer/handler-label';
import { PLAN_HASH_ANNOTATION } from '../../src/installer/pod-layout';
import { GVisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import type { Manifest } from '../node/installer-run';

const ROLLOUT_TIMEOUT = '300s';

/** What makes a Pod the same that it was: nothing of it was made anew. */
export interface PodIdentity {
  readonly uid: string;
  readonly containerId: string;
  readonly restarts: number;
}

export interface QuickstartYaml {
  readonly platform: string;
  readonly team: string;
}

/** The quickstart's app in a cluster, as its user sees it. */
export class Quickstart {
  /** Boots a cluster with the team's namespace, a Pod `plain` without a RuntimeClass, and a mirror of these releases. */
  static async inNewCluster(releases: readonly GVisorArchive[], linking: Linking = 'static'): Promise<Quickstart> {
    const cluster = await timed('control plane and node, until the node is ready', () => RealCluster.start(linking));
    try {
      for (const image of [pauseImage(), busyboxImage()]) cluster.node.importImage(image);
      const quickstart = new Quickstart(cluster, cluster.node.importImage(nodeImage()));
      for (const release of releases) cluster.mirror.serve(release);
      await quickstart.createTeamNamespace();
      await quickstart.apply([plainPod('plain')]);
      await quickstart.running('plain');
      return quickstart;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  private constructor(readonly cluster: RealCluster, private readonly image: string) {}

  /** The YAML that cdk8s writes for the app, byte for byte; without a team where all is taken back. */
  synthesize(release: GVisorArchive, desiredState?: DesiredState, maxConcurrentNodes?: number, kubelet?: KubeletSettings): QuickstartYaml {
    const outdir = scratchFolder('quickstart');
    try {
      synthesizeQuickstart({ outdir, mirror: this.cluster.mirror.url, image: this.image, release, desiredState, maxConcurrentNodes, kubelet });
      const yaml = (file: string) => existsSync(join(outdir, file)) ? readFileSync(join(outdir, file), 'utf8') : '';
      return { platform: yaml('sandbox.k8s.yaml'), team: yaml('team.k8s.yaml') };
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  }

  /** YAML of the platform as another version of the library writes it. */
  synthesizeBy(synthesize: (options: Omit<QuickstartOptions, 'outdir'>) => string, release: GVisorArchive): string {
    return synthesize({ mirror: this.cluster.mirror.url, image: this.image, release });
  }

  /** YAML of the app, or objects of a test. */
  async apply(objects: string | readonly object[]): Promise<void> {
    await this.cluster.kubectl.apply(typeof objects === 'string' ? objects : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  /** Applies the app's platform part, and waits until every node is done with it. */
  async rollOut(release: GVisorArchive): Promise<void> {
    await this.apply(this.synthesize(release).platform);
    await this.rolledOut();
  }

  /** Namespace of the team, with the service account that Pods need. */
  private async createTeamNamespace(): Promise<void> {
    const { kubectl } = this.cluster;
    await kubectl.run('create', 'namespace', TEAM_NAMESPACE);
    await kubectl.until('the service account', () => kubectl.run('--namespace', TEAM_NAMESPACE, 'get', 'serviceaccount', 'default'), () => true);
  }

  /** Until every node runs the current template, and says so. */
  async rolledOut(): Promise<void> {
    await this.cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'rollout', 'status', `daemonset/${INSTALLER}`, `--timeout=${ROLLOUT_TIMEOUT}`);
  }

  /** Starts the installer's Pod anew, for the same plan. */
  async restart(): Promise<void> {
    await this.cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'rollout', 'restart', `daemonset/${INSTALLER}`);
    await this.rolledOut();
  }

  /** The installer's Pods that are not about to go. */
  async installerPods(): Promise<any[]> {
    const { items } = await this.cluster.kubectl.get('--namespace', PLATFORM_NAMESPACE, 'pods', `--selector=app.kubernetes.io/instance=${INSTALLER}`);
    return items.filter((pod: any) => !pod.metadata.deletionTimestamp);
  }

  /** The installer's Pod, where the cluster has one node. */
  async installerPod(): Promise<any> {
    const pods = await this.installerPods();
    if (pods.length !== 1) throw new Error(`expected one Pod of the installer, found ${pods.length}`);
    return pods[0];
  }

  async log(container: 'claim' | 'install' | 'admit'): Promise<string> {
    const pod = await this.installerPod();
    return this.cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'logs', pod.metadata.name, '--container', container);
  }

  async describeInstaller(): Promise<string> {
    const pod = await this.installerPod();
    return this.cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'describe', 'pod', pod.metadata.name);
  }

  /** Hash of the plan that the DaemonSet has now. */
  async planHash(): Promise<string> {
    const { spec } = await this.cluster.kubectl.get('--namespace', PLATFORM_NAMESPACE, 'daemonset', INSTALLER);
    return spec.template.metadata.annotations[PLAN_HASH_ANNOTATION];
  }

  /** State of the handler on the node, by its label. */
  async label(): Promise<string | undefined> {
    const node = await this.cluster.kubectl.get('node', NODE);
    return node.metadata.labels[handlerLabel('runsc')];
  }

  /** Who holds a Lease of the installer; undefined where nobody does, or where there is none. */
  async holder(lease: string = SLOT): Promise<string | undefined> {
    const { items } = await this.cluster.kubectl.get('--namespace', PLATFORM_NAMESPACE, 'leases');
    return items.find(({ metadata }: any) => metadata.name === lease)?.spec.holderIdentity;
  }

  async waitForLabel(state: string, timeoutMs = 180_000): Promise<void> {
    await this.cluster.kubectl.until(`the label "${state}"`, () => this.label(), label => label === state, timeoutMs);
  }

  async pod(name: string): Promise<any> {
    return this.cluster.kubectl.get('--namespace', TEAM_NAMESPACE, 'pod', name);
  }

  async running(name: string, restarts = 0): Promise<void> {
    const runs = (pod: any) => pod.status.containerStatuses?.[0].ready === true && pod.status.containerStatuses[0].restartCount === restarts;
    await this.cluster.kubectl.until(`Pod ${name} to run`, () => this.pod(name), runs);
  }

  async identity(name: string): Promise<PodIdentity> {
    const { metadata, status } = await this.pod(name);
    const [{ containerID, restartCount }] = status.containerStatuses;
    return { uid: metadata.uid, containerId: containerID.split('//')[1], restarts: restartCount };
  }

  podLog(name: string): Promise<string> {
    return this.cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'logs', name);
  }

  /** Boots the node anew, and waits until what ran on it runs again. */
  async reboot(...pods: readonly string[]): Promise<void> {
    const { kubectl, node } = this.cluster;
    const admit = ({ status }: any): string => status.containerStatuses[0].containerID;
    const before = admit(await this.installerPod());
    const identities = await Promise.all(pods.map(name => this.identity(name)));
    await node.reboot();
    // Until the kubelet has spoken, the API server tells of the time before.
    for (const [index, name] of pods.entries()) await this.running(name, identities[index].restarts + 1);
    await kubectl.until('the installer after the reboot', () => this.installerPod(), pod => isReady(pod) && admit(pod) !== before);
    await this.cluster.nodeReady();
  }

  /** Has the container of a Pod end; the kubelet starts another one in the same Pod. */
  async restartContainer(name: string): Promise<void> {
    const { restarts } = await this.identity(name);
    // The shell that kills the container's first process may go with it.
    await this.cluster.kubectl.exec(TEAM_NAMESPACE, name, 'sh', '-c', 'kill -TERM 1').catch((error: Error) => {
      if (!error.message.endsWith('exit code 137')) throw error;
    });
    await this.running(name, restarts + 1);
  }

  /** The team's Pod under another name. */
  sandboxed(release: GVisorArchive, name: string): Manifest {
    const [pod] = objectsOf(this.synthesize(release).team);
    return { ...pod, metadata: { ...pod.metadata, name } };
  }
}

export function objectsOf(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map(document => document.toJS() as Manifest);
}

/** A Pod without a RuntimeClass, as it was there before. */
export function plainPod(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: TEAM_NAMESPACE },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name, image: busyboxImage().reference, command: ['sh', '-c', 'trap "exit 0" TERM; dmesg; while :; do sleep 3600 & wait $!; done'] }],
    },
  };
}
