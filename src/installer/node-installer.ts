import { dirname } from 'node:path/posix';
import { ApiObject, Chart, Lazy, Names } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { agentProgram } from './agent-program';
import type { ArtifactSupply } from './artifact-supply';
import { besideOthers } from './beside-others';
import { DesiredState } from './desired-state';
import { CA_BUNDLE_KEY, downloadEnvironment } from './download-environment';
import { validateDriftCheckInterval } from './drift-check-interval';
import { fenceManifests, type Manifest } from './fence';
import { HOST_LAYOUT } from './host-layout';
import { fromRegistry, validateImageRegistry } from './image-registry';
import { artifactArchitectures, INSTALL_PLAN_FORMAT, type GatePlan, type InstallPlan, KubeletPlan, type PlatformPlan } from './install-plan';
import { copiesFolder, INSTALLER_IMAGE, validateImage } from './installer-image';
import { installerNamespace } from './installer-namespace';
import { installerPodTemplate, type ReleaseImage, type WatchedHost } from './installer-pod';
import { hasImageVolumes, validateKubernetesVersion } from './kubernetes-version';
import { architectureAffinity, refuseOtherArchitecture } from './node-architectures';
import type { NodeInstallerProps } from './node-installer-props';
import { planHash } from './plan-hash';
import { HOST_USR } from './pod-layout';
import { ReadinessGate } from './readiness-gate';
import { validateProps } from './validate-props';
import { CRICTL_CONFIG_FILE } from '../platform/crictl-config';
import { NodePlatform } from '../platform/node-platform';
import { OS_LABEL } from '../platform/os-label';
import { nodeTexts } from '../platform/texts';
import type { NodeText } from '../platform/texts/node-text';
import { shown } from '../runtime/given';
import { isDnsLabel, toObjectName } from '../runtime/runtime-names';
import type { RuntimeInstallation, SandboxRuntime } from '../runtime/sandbox-runtime';
import { ClusterScopedObject } from '../synth/cluster-scoped-object';
import { LineUpValidation } from '../synth/line-up-validation';
import { SynthPass } from '../synth/synth-pass';
import { tolerationManifest, type Toleration } from '../workload/toleration';

/**
 * Puts sandbox runtimes on the nodes of one pool: a DaemonSet that downloads, verifies, configures, restarts and
 * proves, and takes back what did not work.
 *
 * A runtime without `installers` uses its chart's installer, which is created with the first runtime; an explicit one
 * therefore has to come before the runtimes.
 *
 * Its children are plain ApiObjects: `DaemonSet`, `Plan`, `Files`, `Agent` (ConfigMaps), and with a readiness gate the
 * service account, its roles, the Leases and the admission policy that fences its token. JSON patches on them are
 * honoured; the hash of the ConfigMaps is taken after patching.
 */
export class NodeInstaller extends Construct {
  /**
   * The installer that runtimes of a chart share.
   *
   * @internal
   */
  public static _ofChart(chart: Chart): NodeInstaller {
    const installers = NodeInstaller.byChart.get(chart) ?? [];
    if (installers.length > 1) {
      throw new Error(`${chart.node.path || 'the app'} has several installers (${installers.map((installer) => installer.node.path).join(', ')}); `
        + 'name those that bring the runtime to its nodes in the prop installers');
    }
    if (installers.length === 1) return installers[0];
    const installer = new NodeInstaller(chart, 'node-installer');
    NodeInstaller.implicit.add(installer);
    return installer;
  }

  private static readonly byChart = new WeakMap<Chart, NodeInstaller[]>();
  private static readonly implicit = new WeakSet<NodeInstaller>();
  private static readonly byName = new WeakMap<IConstruct, Map<string, NodeInstaller>>();

  /** Name of the DaemonSet and prefix of the other names in the namespace. */
  public readonly name: string;
  /** Namespace of the installer. */
  public readonly namespace: string;
  /** Where these nodes keep their container runtime. */
  public readonly platform: NodePlatform;

  /** @internal */
  public readonly _gate: ReadinessGate;
  /** @internal */
  public readonly _poolSelector: { readonly [key: string]: string };

  /** With what others have on these nodes. */
  private readonly platformPlan: PlatformPlan;
  private readonly kubeletPlan?: KubeletPlan;
  private readonly poolTolerations: readonly Toleration[];
  private readonly runtimes = new Map<string, RuntimeInstallation>();
  private readonly namespaceObject?: ApiObject;
  private readonly plan: ApiObject;
  private readonly files: ApiObject;
  private readonly agent: ApiObject;

  constructor(scope: Construct, id: string, private readonly props: NodeInstallerProps = {}) {
    super(scope, id);
    const chart = Chart.of(this);
    this.register(chart);
    validateProps(this.node.path, props);

    this.name = toObjectName(Names.toDnsLabel(this, { includeHash: false, maxLen: 45 }));
    this.namespace = props.namespace ?? chart.namespace ?? 'sandbox-runtimes';
    if (!isDnsLabel(this.namespace)) {
      throw new Error(`namespace of ${this.node.path} must be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends)`
        + ` such as "sandbox-system", got "${this.namespace}"`);
    }
    this.requireOwnName();
    this.platform = props.platform ?? NodePlatform.CONTAINERD;
    this._gate = props.readiness ?? ReadinessGate.handlerLabel();
    this._poolSelector = { [OS_LABEL]: 'linux', ...props.nodeSelector };
    this.poolTolerations = [...props.tolerations ?? []];
    if (this._poolSelector[OS_LABEL] !== 'linux') {
      throw new Error(`nodeSelector of ${this.node.path} asks for ${OS_LABEL} "${this._poolSelector[OS_LABEL]}"; sandbox runtimes exist for linux only`);
    }
    const slots = props.maxConcurrentNodes ?? 1;
    if (!Number.isInteger(slots) || slots < 1) {
      throw new Error(`maxConcurrentNodes must be a whole number of at least 1, got ${shown(slots)}`);
    }
    this.platform._requireInstaller(slots);
    this.platformPlan = besideOthers(this.platform._plan(), props);
    validateDriftCheckInterval(props.driftCheckInterval);
    validateKubernetesVersion(this.kubernetesVersion, this._gate.labelsNodes);
    this.kubeletPlan = props.kubelet && this.platform._kubelet(props.kubelet._plan());
    const registry = props.imageRegistry === undefined ? undefined : validateImageRegistry(props.imageRegistry);
    const image = validateImage(props.image ?? fromRegistry(registry, INSTALLER_IMAGE));
    const imagePullSecrets = [...props.imagePullSecrets ?? []];
    const downloadEnv = downloadEnvironment(props);

    // The first child, so that it is written before what is in it.
    this.namespaceObject = installerNamespace(this, this.namespace, props.createNamespace);
    const serviceAccount = this._gate.labelsNodes ? this.fence(slots) : undefined;

    this.plan = this.configMap('Plan', 'plan', () => ({ 'plan.json': `${JSON.stringify(this._installPlan(slots), undefined, 2)}\n` }));
    this.files = this.configMap('Files', 'files', () => this.fileContents());
    this.agent = this.configMap('Agent', 'agent', () => ({ 'agent.js': agentProgram() }));

    const labels = { 'app.kubernetes.io/name': 'sandbox-runtimes-installer', 'app.kubernetes.io/instance': this.name };
    const daemonSet = new ApiObject(this, 'DaemonSet', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: this.name, namespace: this.namespace, labels },
      spec: Lazy.any({
        produce: () => ({
          selector: { matchLabels: labels },
          // Governs updates only; on creation all nodes start at once, which is what the rollout slots are for.
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: slots } },
          template: installerPodTemplate({
            name: this.name,
            image,
            imagePullSecrets,
            serviceAccount,
            bundle: { plan: this.plan.name, agent: this.agent.name, files: this.files.name, fileKeys: Object.keys(this.fileContents()).sort() },
            planHash: this.resolvedHash(),
            hostFolders: this.hostFolders(),
            hostFiles: props.crictl ? [CRICTL_CONFIG_FILE] : [],
            hostFilesToRead: props.kubelet?._hostFiles() ?? [],
            foreignFolders: this.foreignFolders(),
            triesContainerd: this.platformPlan.kind === undefined,
            images: this.releaseImages(),
            hostSockets: this.platform._hostFolders().sockets,
            watch: this.watchedHost(),
            nodeSelector: this._poolSelector,
            affinity: props.desiredState?._takesBack ? undefined : architectureAffinity(this.architectures(), this._poolSelector),
            tolerations: [...this.poolTolerations, ...this.startupToleration()].map(tolerationManifest),
            priorityClassName: props.priorityClassName,
            seLinuxOptions: props.seLinuxOptions,
            appArmorProfile: props.appArmorProfile,
            downloadEnv,
          }, labels),
        }),
      }),
    });
    this.node.defaultChild = daemonSet;
    SynthPass.of(this).addValidation(this, () => this.withoutRuntime());
    LineUpValidation.ensure(this);
  }

  /**
   * What the nodes of this pool have to be told outside of the cluster: user data, configuration of a machine or of a
   * node pool. These texts are no objects of the cluster and never come into what is synthesized; the command
   * `npx cdk8s-sandbox-runtimes render dist/` prints them as well.
   */
  public nodeTexts(): NodeText[] {
    return nodeTexts({
      platform: this.platform.name,
      nodeSelector: this._poolSelector,
      taints: this.poolTolerations.map(({ key, value, effect }) => ({ key, value, effect: effect && `${effect}` })),
      startupTaint: this._gate._startupTaint,
    });
  }

  /** Taints of the pool, which Pods of the installed runtimes tolerate. */
  public get tolerations(): Toleration[] {
    return [...this.poolTolerations];
  }

  /**
   * How long the kubelet of these nodes waits for the container runtime, in milliseconds, if the installer sets it.
   *
   * @internal
   */
  public get _runtimeRequestTimeout(): number | undefined {
    return this.props.kubelet?._runtimeRequestTimeout;
  }

  /** @internal */
  public _addRuntime(runtime: SandboxRuntime): void {
    refuseOtherArchitecture(runtime, this.node.path, this._poolSelector);
    const installation = runtime._installation(this.supply, this.platformPlan);
    const { artifact } = installation.plan;
    if (this.platformPlan.kind === 'docker' && artifact.kind === 'node') {
      throw new Error(`${runtime.node.path} takes its release from ${artifact.directory} on the nodes, which is not possible on nodes with Docker: an entry of daemon.json has no `
        + `room for a mark, so the installer knows its own by their program below ${HOST_LAYOUT.opt}; take an archive or an image of the release there, or nodes with containerd`);
    }
    this.runtimes.set(runtime.handler, installation);
  }

  /**
   * Registry that has the images which the library names.
   *
   * @internal
   */
  public get _imageRegistry(): string | undefined {
    return this.props.imageRegistry;
  }

  /** @internal */
  public _installPlan(slots: number): InstallPlan {
    const { desiredState = DesiredState.PRESENT, crictl } = this.props;
    return {
      format: INSTALL_PLAN_FORMAT,
      installer: `${this.namespace}/${this.name}`,
      ...desiredState._plan(),
      platform: this.platformPlan,
      runtimes: this.sortedRuntimes().map(({ plan }) => plan),
      ...(this.kubeletPlan ? { kubelet: this.kubeletPlan } : {}),
      ...(crictl ? { crictl: crictl._file(this.platformPlan.socket) } : {}),
      ...(this._gate.labelsNodes ? { gate: this.gatePlan(slots) } : {}),
    };
  }

  /**
   * Keeps one of its objects behind the namespace although something depends on it, which draws it forward. Not for every
   * object: one dependency in an app makes cdk8s slower for all of its constructs.
   *
   * @internal
   */
  public _keepBehindNamespace(object: IConstruct): void {
    if (this.namespaceObject && object !== this.namespaceObject) object.node.addDependency(this.namespaceObject);
  }

  private get kubernetesVersion(): string {
    return this.props.kubernetesVersion ?? '1.32';
  }

  /** Docker's Pods get no image volumes: cri-dockerd does not mount them. */
  private get supply(): ArtifactSupply {
    const { artifactMirror: mirror, imageRegistry } = this.props;
    return { mirror, imageRegistry, mountsImages: hasImageVolumes(this.kubernetesVersion) && this.platformPlan.kind !== 'docker' };
  }

  private withoutRuntime(): string[] {
    if (this.runtimes.size > 0 || this.props.desiredState?._takesBack) return [];
    return ['the installer has no runtime to install; give it to a runtime (prop installers), leave it out, '
      + 'or set desiredState to DesiredState.ABSENT to take back what it has installed'];
  }

  private register(chart: Chart): void {
    const others = NodeInstaller.byChart.get(chart) ?? [];
    const implicit = others.find((other) => NodeInstaller.implicit.has(other));
    if (implicit) {
      throw new Error(`${this.node.path} comes after a runtime that already made the installer ${implicit.node.path}; `
        + 'create the NodeInstaller before the first runtime of its chart, or name it in the runtime\'s prop installers');
    }
    NodeInstaller.byChart.set(chart, [...others, this]);
  }

  /** Names are made of ids, without a hash: nodes keep them, and people read them. An app is one cluster. */
  private requireOwnName(): void {
    const names = NodeInstaller.byName.get(this.node.root) ?? new Map<string, NodeInstaller>();
    NodeInstaller.byName.set(this.node.root, names);
    const name = `${this.namespace}/${this.name}`;
    const other = names.get(name);
    // One that was taken out of the app again stands in nobody's way.
    if (other && this.node.root.node.findAll().includes(other)) {
      throw new Error(`${other.node.path} and ${this.node.path} would both be the installer "${name}", of which a cluster keeps only one; give one of them another id`);
    }
    names.set(name, this);
  }

  /** The taint is there until the installer lifts it; the class must not tolerate it. */
  private startupToleration(): Toleration[] {
    return this._gate._startupTaint === undefined ? [] : [{ key: this._gate._startupTaint }];
  }

  private gatePlan(slots: number): GatePlan {
    return {
      namespace: this.namespace,
      slots: Array.from({ length: slots }, (_, i) => `${this.name}-slot-${i}`),
      nodeLeasePrefix: `${this.name}-node.`,
      ...(this._gate._startupTaint === undefined ? {} : { startupTaint: this._gate._startupTaint }),
    };
  }

  /** Everything that lets the token do its work, and nothing else. */
  private fence(slots: number): string {
    const serviceAccount = this.name;
    // Which objects there are does not depend on the handlers, what is in them does; they are made once for each set.
    const made = new Map<string, Manifest[]>();
    const make = (handlers: string[]) => fenceManifests({
      name: this.name,
      clusterName: `${this.namespace}.${this.name}`,
      namespace: this.namespace,
      serviceAccount,
      handlers,
      slots: this.gatePlan(slots).slots,
      nodeLeasePrefix: this.gatePlan(slots).nodeLeasePrefix,
      startupTaint: this._gate._startupTaint,
    });
    const manifests = () => {
      const handlers = [...this.runtimes.keys()].sort();
      const key = handlers.join();
      if (!made.has(key)) made.set(key, make(handlers));
      return made.get(key)!;
    };
    manifests().forEach((manifest, index) => {
      const { apiVersion, kind, metadata, ...rest } = manifest;
      const scope = metadata.namespace ? ApiObject : ClusterScopedObject;
      const lazy = Object.fromEntries(Object.keys(rest).map((key) => [key, Lazy.any({ produce: () => manifests()[index][key] })]));
      new scope(this, `Fence-${kind}-${metadata.name}`, { apiVersion, kind, metadata, ...lazy });
    });
    return serviceAccount;
  }

  private configMap(id: string, suffix: string, data: () => Record<string, string>): ApiObject {
    return new ApiObject(this, id, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${this.name}-${suffix}`, namespace: this.namespace },
      data: Lazy.any({ produce: data }),
    });
  }

  private sortedRuntimes(): RuntimeInstallation[] {
    return [...this.runtimes.keys()].sort().map((handler) => this.runtimes.get(handler)!);
  }

  private architectures(): string[] {
    return this.sortedRuntimes().flatMap(({ plan }) => artifactArchitectures(plan.artifact));
  }

  private fileContents(): Record<string, string> {
    const { kubelet, crictl, caBundle } = this.props;
    return Object.assign(
      {},
      ...this.sortedRuntimes().map(({ files }) => files),
      kubelet?._files(),
      crictl?._files(this.platformPlan.socket),
      caBundle === undefined ? {} : { [CA_BUNDLE_KEY]: caBundle },
    );
  }

  private hostFolders(): { readWrite: string[]; existing: string[]; readOnly: string[] } {
    const { readWrite, existing, readOnly } = this.platform._hostFolders();
    const shared = this.sortedRuntimes().flatMap(({ plan: { sharedConfig } }) => (sharedConfig ? [dirname(sharedConfig.path)] : []));
    return { readWrite: [...readWrite, ...new Set(shared), ...this.props.kubelet?._hostFolders() ?? []], existing, readOnly };
  }

  /** What the handlers depend on: nothing of the kubelet, and no means to restart anything. */
  private watchedHost(): WatchedHost | undefined {
    const { driftCheckInterval, desiredState, kubelet } = this.props;
    if (!driftCheckInterval || desiredState?._takesBack) return undefined;
    const others = ['/run/systemd', ...kubelet?._hostFolders() ?? []];
    const { readWrite, existing, readOnly } = this.hostFolders();
    const paths = [...readWrite, ...existing, ...readOnly, ...this.foreignFolders(), ...this.platform._hostFolders().sockets];
    return {
      seconds: driftCheckInterval.toSeconds(),
      paths: [...paths.filter((path) => !others.includes(path)), HOST_LAYOUT.opt, HOST_LAYOUT.state, HOST_USR],
    };
  }

  /** Folders of others, with releases that nodes have already or with what the main file imports, unless they are mounted anyway. */
  private foreignFolders(): string[] {
    const { readWrite, existing, readOnly } = this.hostFolders();
    const mounted = [...readWrite, ...existing, ...readOnly];
    const releases = this.sortedRuntimes().flatMap(({ plan: { artifact } }) => (artifact.kind === 'node' ? [artifact.directory] : []));
    return [...new Set([...releases, ...this.props.importedFolders ?? []])].filter((folder) => !mounted.includes(folder)).sort();
  }

  /** Images with archives of releases; none is needed where everything is taken back. */
  private releaseImages(): ReleaseImage[] {
    if (this.props.desiredState?._takesBack) return [];
    const images = this.sortedRuntimes().flatMap(({ plan: { artifact } }) => (artifact.kind === 'image' ? [artifact.image] : []));
    const { mountsImages: mounted = false } = this.supply;
    return [...new Map(images.map((image) => [copiesFolder(image), { image, folder: copiesFolder(image), mounted }])).values()];
  }

  /** Hash of what the Pod will really mount: after Lazy values and JSON patches. */
  private resolvedHash(): string {
    const pass = SynthPass.of(this);
    const data = (map: ApiObject): Record<string, string> => pass.render(map).data;
    const files = Object.entries(data(this.files)).map(([key, content]) => [`files/${key}`, content]);
    return planHash({ ...data(this.plan), ...data(this.agent), ...Object.fromEntries(files) });
  }
}
