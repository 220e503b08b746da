import { basename } from 'node:path/posix';
import type { Construct } from 'constructs';
import { BOOLEAN, instanceOf, requireKinds, shown, TEXT, TEXTS, type Kinds } from './given';
import { validateKataAnnotations } from './kata-annotations';
import { KataArtifacts } from './kata-artifacts';
import { KATA_BUILT_FOR } from './kata-components';
import { KATA_DROP_IN, renderKataConfig } from './kata-config';
import { kataNodeRequirements } from './kata-node-requirements';
import type { KataOptions } from './kata-options';
import { qemuStarter } from './kata-qemu-starter';
import { KataRelease } from './kata-release';
import { KataShim } from './kata-shim';
import { KataSize } from './kata-size';
import { mebibytes, renderOverhead } from './pod-overhead';
import { isDnsLabel, proposeDnsLabel } from './runtime-names';
import { SandboxRuntime, type RuntimeInstallation, type SandboxRuntimeProps } from './sandbox-runtime';
import type { ArtifactSupply } from '../installer/artifact-supply';
import { handlerLabel } from '../installer/handler-label';
import { shimConfigFolder } from '../installer/host-layout';
import type { HostFilePlan, PlatformPlan } from '../installer/install-plan';
import { sha256 } from '../installer/plan-hash';
import { renderHandlerTables } from '../platform/handler-table';

/** A guest that pulls its own images takes longer than the kubelet's 2 minutes. */
const GUEST_PULL_TIMEOUT_MINUTES = 10;

/** What has no check of its own, or would break it. */
const KINDS: Kinds = {
  artifacts: instanceOf(() => KataArtifacts, 'KataArtifacts such as KataArtifacts.tarball()'),
  size: instanceOf(() => KataSize, 'a KataSize such as KataSize.S'),
  nodeFeatureDiscovery: BOOLEAN,
  kubeletAllowsLongRequests: BOOLEAN,
  podAnnotations: TEXTS,
  allowWildcardPodAnnotations: BOOLEAN,
  kernelParams: TEXTS,
  debug: BOOLEAN,
  agentHttpsProxy: TEXT,
  agentNoProxy: TEXTS,
  guestPull: BOOLEAN,
  enableAnnotations: TEXTS,
  extraConfig: TEXT,
};

/** What the agent in the guest reads of a container, to hand its termination message back. */
const CONTAINER_ANNOTATIONS = ['io.kubernetes.container.terminationMessage*'];

/** What a KataRuntime takes: the sandbox's own props, and Kata's settings under their own names. */
export interface KataRuntimeProps extends SandboxRuntimeProps, KataOptions {
  /**
   * The Kata release that nodes run. Required: what runs on nodes changes only when this line does.
   */
  readonly release: KataRelease;

  /**
   * Where nodes get the files of the release from.
   *
   * @default KataArtifacts.tarball()
   */
  readonly artifacts?: KataArtifacts;

  /**
   * Which virtual machine monitor runs the guests.
   *
   * @default KataShim.QEMU_RUNTIME_RS
   */
  readonly shim?: KataShim;

  /**
   * Appended to the default handler, so that two releases or configurations of a shim can stand side by side: with
   * `next` the handler is `kata-<shim>-next`.
   *
   * @default - none
   */
  readonly suffix?: string;

  /**
   * Name of the handler: the key of the runtime table on the nodes.
   *
   * @default - `kata-<shim>`, with the suffix
   */
  readonly handler?: string;

  /**
   * Name of the RuntimeClass. `kata` is what Kata's older documentation calls it.
   *
   * @default - the handler
   */
  readonly runtimeClassName?: string;

  /**
   * How large the guests are: settings and reservation from one source. Not for shims of the Go runtime.
   *
   * @default - what Kata ships for the shim
   */
  readonly size?: KataSize;

  /**
   * Name of the containerd snapshotter that unpacks the images of this runtime. The installer does not set it up; naming
   * it says that the nodes have it.
   *
   * @default - containerd's own; required for shims that need another one
   */
  readonly snapshotter?: string;

  /**
   * Whether nodes carry the labels of Node Feature Discovery. Pods of a shim for confidential guests are then scheduled
   * by them, and take one of the node's countable keys each.
   *
   * @default false
   */
  readonly nodeFeatureDiscovery?: boolean;

  /**
   * Whether the nodes' kubelets let a request take 10 minutes, as pulling images in the guest needs it, without kubelet
   * settings of the installer.
   *
   * @default false
   */
  readonly kubeletAllowsLongRequests?: boolean;

  /**
   * Globs of Pod annotations that reach Kata (containerd's `pod_annotations`). Whoever may set them changes how the
   * sandbox is built, so name them one by one; those of the hypervisor must be in `enableAnnotations`, too.
   *
   * @default - none
   */
  readonly podAnnotations?: string[];

  /**
   * Allows wildcards in `podAnnotations`, and annotations that Kata takes from any Pod (`io.katacontainers.config.runtime.*`
   * and `.agent.*`).
   *
   * @default false
   */
  readonly allowWildcardPodAnnotations?: boolean;
}

/**
 * Kata Containers: each Pod in a virtual machine of its own, with a kernel of its own.
 *
 * Defines the RuntimeClass and hands release, configuration and runtime table to the installers. As many runtimes as
 * wanted, of several shims and releases, stand side by side with gVisor under one installer.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/how-to/containerd-kata.md
 */
export class KataRuntime extends SandboxRuntime {
  /** The shim that runs the guests. */
  public readonly shim: KataShim;

  private readonly release: KataRelease;
  private readonly artifacts: KataArtifacts;
  private readonly starter?: HostFilePlan & { readonly content: string };
  private readonly config: string;

  constructor(scope: Construct, id: string, private readonly props: KataRuntimeProps) {
    super(scope, id, props?.runtimeClassName ?? handlerOf(props ?? {}), handlerOf(props ?? {}), props ?? {});
    // Without the types of TypeScript, a version as a string gets here.
    if (!(props?.release instanceof KataRelease)) {
      throw new Error(`release of ${this.node.path} must be a KataRelease such as KataRelease.V4_2_0 or KataRelease.of('4.3.0', ...),`
        + ` got ${shown(props?.release)}`);
    }
    requireKinds(this.node.path, props, KINDS);
    this.shim = shimOf(props);
    this.release = props.release;
    this.artifacts = props.artifacts ?? KataArtifacts.tarball();
    this.refuseMissingArchive();
    this.refuseMissingSnapshotter();
    this.refuseShortRequests();
    validateKataAnnotations(props.podAnnotations ?? [], props.enableAnnotations ?? [], props.allowWildcardPodAnnotations ?? false);
    this.starter = this.qemuStarter();
    this.config = renderKataConfig({ shim: this.shim, qemu: this.starter?.path, size: props.size, options: props });
    this.refuseSmallOverhead();
    this._install();
  }

  public get architectures(): string[] {
    return this.artifacts._architectures(this.release, this.shim);
  }

  public get nodeSelector(): { [key: string]: string } {
    const { nodeSelector, featureLabels } = shimOf(this.props)._facts;
    return { ...super.nodeSelector, ...nodeSelector, ...this.props.nodeFeatureDiscovery ? featureLabels : {} };
  }

  /** @internal */
  public _podFixed(): Record<string, string> {
    const { props } = this;
    const shim = shimOf(props);
    return {
      ...renderOverhead(props.overhead ?? props.size?.overheadOf(shim) ?? shim.overhead),
      ...props.nodeFeatureDiscovery ? shim._facts.extendedResources : {},
    };
  }

  /** @internal */
  public _installation(supply: ArtifactSupply, platform: PlatformPlan): RuntimeInstallation {
    const { handler, release, shim, starter, props } = this;
    this.refuseContainerdOnly(platform);
    const artifact = this.artifacts._plan(release, shim, supply);
    const program = `${artifact.directory}/${shim._program}`;
    const contentHash = sha256(this.config);
    const folder = shimConfigFolder(handler, release.version, contentHash);
    const configPath = `${folder}/${basename(shim._configurationFile)}`;
    const runtimeType = `io.containerd.${shim.handler}.v2`;
    const table = {
      handler,
      runtimeType,
      runtimePath: program,
      configPath,
      podAnnotations: props.podAnnotations ?? [],
      containerAnnotations: CONTAINER_ANNOTATIONS,
      snapshotter: props.snapshotter,
      runtimeRoot: '/run/vc',
      pullsInGuest: props.guestPull ?? false,
      disablesSelinux: false,
    };
    const { tables, files } = renderHandlerTables(platform, table);
    const key = `${handler}.kata.toml`;
    return {
      plan: {
        handler,
        runtimeClassName: this.runtimeClassName,
        runtime: shim.handler,
        release: release.version,
        label: handlerLabel(handler),
        runtimeType,
        shim: program,
        config: { path: `${folder}/config.d/${KATA_DROP_IN}`, key, sha256: contentHash },
        baseConfig: { path: configPath, source: shim._configurationFile, builtFor: KATA_BUILT_FOR },
        ...(starter ? { programs: [{ path: starter.path, key: starter.key, sha256: starter.sha256 }] } : {}),
        tables,
        artifact,
        ...(shim._isCustom ? { shimFacts: shim._plan() } : {}),
        requires: kataNodeRequirements(shim, this.defaultMemory, props.snapshotter, platform, artifact.kind !== 'node'),
      },
      files: {
        [key]: this.config,
        ...(starter ? { [starter.key]: starter.content } : {}),
        ...files,
      },
    };
  }

  /** QEMU's starter lies by its own content, too: a Pod that runs keeps the one that it was started with. */
  private qemuStarter(): (HostFilePlan & { readonly content: string }) | undefined {
    const content = qemuStarter(this.shim, this.artifacts._plan(this.release, this.shim).directory);
    if (content === undefined) return undefined;
    const hash = sha256(content);
    return { content, path: `${shimConfigFolder(this.handler, this.release.version, hash)}/qemu`, key: `${this.handler}.qemu.sh`, sha256: hash };
  }

  /** MiB of a guest without limits. */
  private get defaultMemory(): number | undefined {
    return this.props.defaultMemory ?? this.props.size?.memory ?? this.shim._facts.defaults?.memory;
  }

  private refuseMissingArchive(): void {
    if (this.architectures.length) return;
    const { shim, release } = this;
    throw new Error(`${this.node.path} cannot be installed anywhere: the shim ${shim.name} exists for ${shim.architectures.join(', ')}, and for none of them Kata `
      + `${release.version} has a checksum of ${shim._runtime.archive}; define the release with one: KataRelease.of('${release.version}', `
      + `{ ${shim.isRuntimeRs ? 'runtimeRs' : 'goRuntime'}: { ... } }), or get it from the kata-deploy image (artifacts: KataArtifacts.image())`);
  }

  private refuseMissingSnapshotter(): void {
    const { snapshotter } = this.props;
    const needed = this.shim.snapshotter;
    if (needed && snapshotter === undefined) {
      throw new Error(`${this.node.path}: the shim ${this.shim.name} needs the snapshotter ${needed}, which containerd does not have by itself and the installer does `
        + `not set up; set it up on the nodes and say so by snapshotter: '${needed}'`);
    }
    if (snapshotter !== undefined && !/^[a-z0-9][a-z0-9-]*$/.test(snapshotter)) {
      throw new Error(`snapshotter must be the name of a containerd snapshotter such as "${needed ?? 'overlayfs'}", got "${snapshotter}"`);
    }
  }

  /** What only containerd can do for Kata. */
  private refuseContainerdOnly(platform: PlatformPlan): void {
    const { kind } = platform;
    if (kind === undefined) return;
    const { snapshotter, guestPull } = this.props;
    const wanted = snapshotter !== undefined ? `the snapshotter ${snapshotter}` : guestPull && kind === 'docker' ? 'guestPull' : undefined;
    if (wanted) throw new Error(`${this.node.path} needs ${wanted}, which nodes of the platform ${platform.name} do not have; use nodes with containerd, or leave it out`);
  }

  private refuseShortRequests(): void {
    const { guestPull, snapshotter, kubeletAllowsLongRequests } = this.props;
    if (kubeletAllowsLongRequests || !(guestPull || /^(nydus|erofs)/.test(snapshotter ?? ''))) return;
    const short = this._installers.find((installer) => (installer._runtimeRequestTimeout ?? 0) < GUEST_PULL_TIMEOUT_MINUTES * 60_000);
    if (short) {
      const given = short._runtimeRequestTimeout;
      throw new Error(`${this.node.path} pulls images in the guest, for which the kubelet has to wait at least ${GUEST_PULL_TIMEOUT_MINUTES} minutes, and ${short.node.path} `
        + `${given === undefined ? 'does not say so' : `has it wait ${given / 60_000} minutes`}; `
        + 'give the NodeInstaller kubelet: new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15) }), before the first runtime, '
        + 'or set kubeletAllowsLongRequests if the nodes are set up so');
    }
  }

  /** A class has to reserve more than the guest gets, since it pays for the processes around the guest, too. */
  private refuseSmallOverhead(): void {
    const { props, shim } = this;
    const guest = props.overheadMemory ?? props.size?._settings(shim).overhead_memory ?? shim._facts.guestOverhead?.memory;
    const { memory } = this._podFixed();
    if (guest === undefined || (memory !== undefined && mebibytes(memory) >= guest)) return;
    throw new Error(`${this.node.path} reserves ${memory ?? 'no memory'} for each Pod (overhead), and the guest alone gets ${guest}Mi beside the Pod's limits; `
      + `reserve more than that, such as overhead: { memory: '${guest + mebibytes(shim._facts.podFixed.memory)}Mi', cpu: '${shim._facts.podFixed.cpu}' }`);
  }
}

function shimOf({ shim }: KataRuntimeProps): KataShim {
  if (shim !== undefined && !(shim instanceof KataShim)) {
    throw new Error(`shim must be a KataShim such as KataShim.QEMU_RUNTIME_RS or KataShim.of(...), got ${shown(shim)}`);
  }
  return shim ?? KataShim.QEMU_RUNTIME_RS;
}

function handlerOf(props: KataRuntimeProps): string {
  const { handler, suffix } = props;
  if (handler !== undefined && suffix !== undefined) {
    throw new Error(`suffix "${suffix}" has no effect with handler "${handler}"; leave one of them out`);
  }
  if (suffix !== undefined && !isDnsLabel(suffix)) {
    throw new Error(`suffix must be a DNS label (lower-case letters, digits and "-") such as "next", got ${shown(suffix)}; write "${proposeDnsLabel(suffix)}"`);
  }
  return handler ?? `${shimOf(props).handler}${suffix === undefined ? '' : `-${suffix}`}`;
}
