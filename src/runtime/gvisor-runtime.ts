import type { Construct } from 'constructs';
import { BOOLEAN, instanceOf, OBJECT, requireKinds, shown, TEXTS, type Kinds } from './given';
import { GVisorArtifacts } from './gvisor-artifacts';
import { gvisorNodeRequirements } from './gvisor-node-requirements';
import { GVisorPlatform } from './gvisor-platform';
import { GVisorRelease } from './gvisor-release';
import { validatePodAnnotations } from './pod-annotations';
import { renderRunscConfig, runscFlags, type RunscConfig } from './runsc-config';
import type { RunscOptions } from './runsc-options';
import { runscWarnings } from './runsc-warnings';
import { SandboxRuntime, type RuntimeInstallation, type SandboxRuntimeProps } from './sandbox-runtime';
import type { ArtifactSupply } from '../installer/artifact-supply';
import { handlerLabel } from '../installer/handler-label';
import { shimConfigPath } from '../installer/host-layout';
import type { HostFilePlan, PlatformPlan } from '../installer/install-plan';
import { sha256 } from '../installer/plan-hash';
import { dockerArgument, type DockerProgram } from '../platform/docker-config';
import { renderHandlerTables } from '../platform/handler-table';

/**
 * Where the shim looks, when a Pod's container starts, whether the containers of a Pod share a sandbox. CRI-O does not
 * tell it; what the shim's own configuration says of it comes too late.
 */
const SHARED_CONFIG = { path: '/etc/containerd/runsc/config.toml', key: 'runsc-shared.toml' };
const SHARED_CONFIG_TEXT = '# Written by cdk8s-sandbox-runtimes; without this line the file is left alone.\ngrouping = true\n';

const KINDS: Kinds = {
  artifacts: instanceOf(() => GVisorArtifacts, 'GVisorArtifacts such as GVisorArtifacts.tarball()'),
  podAnnotations: TEXTS,
  allowWildcardPodAnnotations: BOOLEAN,
  extraFlags: OBJECT,
};

/** What a GVisorRuntime takes: the sandbox's own props, and runsc's options under their documented names. */
export interface GVisorRuntimeProps extends SandboxRuntimeProps, RunscOptions {
  /**
   * The gVisor release that nodes run. Required: what runs on nodes changes only when this line does.
   */
  readonly release: GVisorRelease;

  /**
   * Where nodes get the files of the release from.
   *
   * @default GVisorArtifacts.tarball()
   */
  readonly artifacts?: GVisorArtifacts;

  /**
   * Name of the RuntimeClass.
   *
   * @default 'gvisor'
   */
  readonly runtimeClassName?: string;

  /**
   * Name of the handler: the key of the runtime table on the nodes.
   *
   * @default 'runsc'
   */
  readonly handler?: string;

  /**
   * How runsc intercepts system calls.
   *
   * @default GVisorPlatform.SYSTRAP
   * @see https://gvisor.dev/docs/architecture_guide/platforms/
   */
  readonly platform?: GVisorPlatform;

  /**
   * Globs of Pod annotations that reach runsc (containerd's `pod_annotations`). Whoever may set them changes how the
   * sandbox is built, so name them one by one.
   *
   * @default - none
   */
  readonly podAnnotations?: string[];

  /**
   * Allows wildcards in `podAnnotations`.
   *
   * @default false
   */
  readonly allowWildcardPodAnnotations?: boolean;
}

/**
 * gVisor: a user-space kernel (`runsc`) between the container and the node's kernel.
 *
 * Defines the RuntimeClass and hands release, configuration and runtime table to the installers.
 *
 * @see https://gvisor.dev/docs/user_guide/containerd/configuration/
 */
export class GVisorRuntime extends SandboxRuntime {
  private readonly release: GVisorRelease;
  private readonly artifacts: GVisorArtifacts;
  private readonly config: RunscConfig;

  constructor(scope: Construct, id: string, private readonly props: GVisorRuntimeProps) {
    super(scope, id, props?.runtimeClassName ?? 'gvisor', props?.handler ?? 'runsc', props ?? {});
    // Without the types of TypeScript, a version as a string gets here.
    if (!(props?.release instanceof GVisorRelease)) {
      throw new Error(`release of ${this.node.path} must be a GVisorRelease such as GVisorRelease.V20261005_0 or GVisorRelease.of('20261012.0', ...),`
        + ` got ${shown(props?.release)}`);
    }
    const { platform = GVisorPlatform.SYSTRAP } = props;
    if (!(platform instanceof GVisorPlatform)) {
      throw new Error(`platform of ${this.node.path} must be a GVisorPlatform such as GVisorPlatform.SYSTRAP or GVisorPlatform.KVM, got ${shown(platform)}`);
    }
    requireKinds(this.node.path, props, KINDS);
    this.release = props.release;
    this.artifacts = props.artifacts ?? GVisorArtifacts.tarball();
    validatePodAnnotations(props.podAnnotations ?? [], props.allowWildcardPodAnnotations ?? false);
    this.config = {
      binaryName: `${this.artifacts._plan(this.release).directory}/runsc`,
      platform,
      release: this.release,
      options: props,
    };
    this._install();
  }

  public get architectures(): string[] {
    return this.release.architectures;
  }

  /** @internal */
  public _warnings(): string[] {
    const flags = runscFlags(this.config);
    // The table of warnings is in a file that most apps need not load.
    const usual = Object.keys(flags).length === 1 && flags.platform !== GVisorPlatform.PTRACE.name;
    return usual ? [] : runscWarnings(flags).map((warning) => `${this.node.path} has ${warning}`);
  }

  /** @internal */
  public _installation(supply: ArtifactSupply, platform: PlatformPlan): RuntimeInstallation {
    const { handler, release, props } = this;
    this.refuseSelinux(platform);
    const program = platform.kind === 'docker' ? this.program() : undefined;
    const sharedConfig = platform.kind === 'crio' ? sharedConfigPlan() : undefined;
    const config = renderRunscConfig({ ...this.config, grouping: sharedConfig !== undefined });
    const artifact = this.artifacts._plan(release, supply);
    const shim = `${artifact.directory}/containerd-shim-runsc-v1`;
    const contentHash = sha256(config);
    const configPath = shimConfigPath(handler, release.version, contentHash);
    const runtimeType = 'io.containerd.runsc.v1';
    const table = {
      handler,
      runtimeType,
      runtimePath: shim,
      configPath,
      typeUrl: `${runtimeType}.options`,
      podAnnotations: props.podAnnotations ?? [],
      runtimeRoot: '/run/runsc',
      pullsInGuest: false,
      disablesSelinux: true,
      ...(program ? { program } : {}),
    };
    const { tables, files } = renderHandlerTables(platform, table);
    const key = `${handler}.runsc.toml`;
    return {
      plan: {
        handler,
        runtimeClassName: this.runtimeClassName,
        runtime: 'gvisor',
        release: release.version,
        label: handlerLabel(handler),
        runtimeType,
        shim: program?.path ?? shim,
        config: { path: configPath, key, sha256: contentHash },
        ...(sharedConfig ? { sharedConfig } : {}),
        tables,
        artifact,
        requires: gvisorNodeRequirements(this.config.platform, platform),
      },
      files: {
        [key]: config,
        ...(sharedConfig ? { [sharedConfig.key]: SHARED_CONFIG_TEXT } : {}),
        ...files,
      },
    };
  }

  /**
   * runsc as Docker starts it in the place of runc, with the flags that the shim would read from a file. The shim itself
   * would not do: it takes only what carries an annotation of the CRI for a sandbox, and a container without it, as
   * Docker's are, hangs when it is created (pkg/shim/v1/proc/init.go; seen with 20260905.0 and Docker Engine 30).
   */
  private program(): DockerProgram {
    const flags = runscFlags(this.config);
    return { path: this.config.binaryName, args: Object.keys(flags).sort().map((flag) => dockerArgument(flag, flags[flag])) };
  }

  /** runsc does not start containers that are labelled for SELinux. */
  private refuseSelinux(platform: PlatformPlan): void {
    if (platform.kind !== 'crio' || platform.disablesSelinux) return;
    throw new Error(`${this.node.path} runs on CRI-O, where gVisor works only with SELinux off for all containers of the node, runc's included; `
      + 'if that is acceptable, write platform: NodePlatform.crio({ disableSelinux: true }), else use Kata or nodes with containerd');
  }
}

function sharedConfigPlan(): HostFilePlan {
  return { ...SHARED_CONFIG, sha256: sha256(SHARED_CONFIG_TEXT) };
}
