import type { Construct } from 'constructs';
import { gvisorNodeRequirements } from './gvisor-node-requirements';
import { GVisorPlatform } from './gvisor-platform';
import type { GVisorRelease } from './gvisor-release';
import { validatePodAnnotations } from './pod-annotations';
import { renderRunscConfig } from './runsc-config';
import type { RunscOptions } from './runsc-options';
import { SandboxRuntime, type RuntimeInstallation, type SandboxRuntimeProps } from './sandbox-runtime';
import { handlerLabel } from '../installer/handler-label';
import { shimConfigPath } from '../installer/host-layout';
import { sha256 } from '../installer/plan-hash';
import { renderContainerdTable } from '../platform/containerd-config';

/** What a GVisorRuntime takes: the sandbox's own props, and runsc's options under their documented names. */
export interface GVisorRuntimeProps extends SandboxRuntimeProps, RunscOptions {
  /**
   * The gVisor release that nodes run. Required: what runs on nodes changes only when this line does.
   */
  readonly release: GVisorRelease;

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
  private readonly config: string;

  constructor(scope: Construct, id: string, private readonly props: GVisorRuntimeProps) {
    super(scope, id, props.runtimeClassName ?? 'gvisor', props.handler ?? 'runsc', props);
    this.release = props.release;
    validatePodAnnotations(props.podAnnotations ?? [], props.allowWildcardPodAnnotations ?? false);
    this.config = renderRunscConfig({
      binaryName: `${this.release._artifact(undefined).directory}/runsc`,
      platform: props.platform ?? GVisorPlatform.SYSTRAP,
      release: this.release,
      options: props,
    });
    this._install();
  }

  public get architectures(): string[] {
    return this.release.architectures;
  }

  /** @internal */
  public _installation(mirror: string | undefined): RuntimeInstallation {
    const { handler, release, props } = this;
    const artifact = release._artifact(mirror);
    const shim = `${artifact.directory}/containerd-shim-runsc-v1`;
    const contentHash = sha256(this.config);
    const configPath = shimConfigPath(handler, release.version, contentHash);
    const runtimeType = 'io.containerd.runsc.v1';
    const table = {
      handler,
      runtimeType,
      runtimePath: shim,
      configPath,
      typeUrl: `${runtimeType}.options`,
      podAnnotations: props.podAnnotations ?? [],
    };
    const keys = { config: `${handler}.runsc.toml`, v2: `${handler}.containerd-v2.toml`, v3: `${handler}.containerd-v3.toml` };
    return {
      plan: {
        handler,
        runtimeClassName: this.runtimeClassName,
        runtime: 'gvisor',
        release: release.version,
        label: handlerLabel(handler),
        runtimeType,
        shim,
        config: { path: configPath, key: keys.config, sha256: contentHash },
        tables: { v2: keys.v2, v3: keys.v3 },
        artifact,
        requires: gvisorNodeRequirements(props.platform ?? GVisorPlatform.SYSTRAP),
      },
      files: {
        [keys.config]: this.config,
        [keys.v2]: renderContainerdTable('v2', table),
        [keys.v3]: renderContainerdTable('v3', table),
      },
    };
  }
}
