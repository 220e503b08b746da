import { Construct, type IConstruct } from 'constructs';
import { OBJECT, OBJECTS, requireKinds } from './given';
import { refuseLabels } from './label-syntax';
import { renderOverhead, type PodOverhead } from './pod-overhead';
import { validateHandler, validateRuntimeClassName } from './runtime-names';
import type { ISandboxRuntime } from './sandbox-runtime';
import { OS_LABEL } from '../platform/os-label';
import { ClusterScopedObject } from '../synth/cluster-scoped-object';
import { LineUpValidation } from '../synth/line-up-validation';
import { SandboxRegistry } from '../synth/sandbox-registry';
import { requestSandbox } from '../workload/request-sandbox';
import type { SandboxOptions } from '../workload/sandbox-options';
import { tolerationManifest, type Toleration } from '../workload/toleration';

/** What a PreinstalledRuntime takes. */
export interface PreinstalledRuntimeProps {
  /** Handler that the nodes have, such as `runsc` of Talos' extension for gVisor. */
  readonly handler: string;

  /** Labels of the nodes that have it. */
  readonly nodeSelector: { [key: string]: string };

  /**
   * Name of the RuntimeClass.
   *
   * @default - the handler's
   */
  readonly runtimeClassName?: string;

  /**
   * Taints of these nodes.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];

  /**
   * CPU and memory that the sandbox itself needs, per Pod.
   *
   * @default - none
   */
  readonly overhead?: PodOverhead;
}

/**
 * A sandbox runtime that nodes come with, for platforms on which nothing can be installed (Talos): its RuntimeClass, and
 * everything for workloads. What nodes have is taken on trust, so `nodeSelector` has to select those that do.
 *
 * The RuntimeClass is the child `Resource`.
 */
export class PreinstalledRuntime extends Construct implements ISandboxRuntime {
  /** Name of the RuntimeClass. */
  public readonly runtimeClassName: string;
  /** Name of the handler. */
  public readonly handler: string;

  private readonly podFixed?: Record<string, string>;

  constructor(scope: Construct, id: string, props: PreinstalledRuntimeProps) {
    super(scope, id);
    validateHandler(props?.handler);
    requireKinds(this.node.path, props, { nodeSelector: OBJECT, tolerations: OBJECTS, overhead: OBJECT });
    this.handler = props.handler;
    this.runtimeClassName = props.runtimeClassName ?? props.handler;
    validateRuntimeClassName(this.runtimeClassName);
    if (!Object.keys(props.nodeSelector ?? {}).length) {
      throw new Error(`nodeSelector of ${this.node.path} is empty, so Pods would go to nodes without the handler "${this.handler}" as well; `
        + `name a label of those that have it, e.g. { '${OS_LABEL}': 'linux' } where all have`);
    }
    refuseLabels(`nodeSelector of ${this.node.path}`, props.nodeSelector);
    this.podFixed = props.overhead && renderOverhead(props.overhead);
    const tolerations = (props.tolerations ?? []).map(tolerationManifest);
    new ClusterScopedObject(this, 'Resource', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: this.runtimeClassName },
      handler: this.handler,
      ...(this.podFixed ? { overhead: { podFixed: this.podFixed } } : {}),
      scheduling: { nodeSelector: { ...props.nodeSelector }, ...(tolerations.length ? { tolerations } : {}) },
    });
    SandboxRegistry.of(this).addPreinstalled(this);
    LineUpValidation.ensure(this);
  }

  public sandbox(construct: IConstruct, options?: SandboxOptions): void {
    requestSandbox(this, construct, options);
  }

  /** @internal */
  public _podFixed(): Record<string, string> | undefined {
    return this.podFixed && { ...this.podFixed };
  }
}
