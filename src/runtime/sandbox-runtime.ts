import { Chart, Lazy } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { instanceOf, listOf, OBJECT, OBJECTS, requireKinds, type Kinds } from './given';
import { ImportedRuntimeClass } from './imported-runtime-class';
import { renderOverhead, type PodOverhead } from './pod-overhead';
import { validateHandler, validateRuntimeClassName } from './runtime-names';
import type { ArtifactSupply } from '../installer/artifact-supply';
import type { PlatformPlan, RuntimePlan } from '../installer/install-plan';
import { NodeInstaller } from '../installer/node-installer';
import { selectorOf } from '../installer/pool-selector';
import { readHandlerTable } from '../lineup/handler-table';
import { installedSandbox, type SandboxFacts } from '../lineup/sandbox-facts';
import { ClusterScopedObject } from '../synth/cluster-scoped-object';
import { LineUpValidation } from '../synth/line-up-validation';
import { SandboxRegistry } from '../synth/sandbox-registry';
import { requestSandbox } from '../workload/request-sandbox';
import type { SandboxOptions } from '../workload/sandbox-options';
import { tolerationManifest, type Toleration } from '../workload/toleration';

/** A sandbox runtime that Pods can name, whoever installed it. */
export interface ISandboxRuntime extends IConstruct {
  /** Name of the RuntimeClass, as in a Pod's `spec.runtimeClassName`. */
  readonly runtimeClassName: string;

  /**
   * Lets every Pod-bearing object at or below a construct run in this sandbox: Pod, Deployment, DaemonSet,
   * StatefulSet, ReplicaSet, ReplicationController, PodTemplate, Job, CronJob, agent-sandbox's Sandbox and
   * SandboxTemplate, Argo's Rollout, Knative's Service and Configuration; whether plain ApiObjects, imported L1s, of any
   * cdk8s-plus, or what Helm and Include made. Other custom resources by `podSpecPath`. Takes effect at synth, also for
   * objects that are added later. Installers stay outside.
   *
   * Refuses an object of another kind or app. Synth fails if an object gets two different runtimes, or names another RuntimeClass itself.
   *
   * @param construct the object, or a construct or chart above it
   * @param options exceptions from the rules, and how Pods are found and scheduled
   */
  sandbox(construct: IConstruct, options?: SandboxOptions): void;
}

/** What every sandbox runtime of this library takes. */
export interface SandboxRuntimeProps {
  /**
   * CPU and memory that the sandbox itself needs, per Pod. It is added to the Pod's requests when it is scheduled and
   * to its cgroup's limit; measure it before you set it.
   *
   * @default - none; there is no number that fits every workload
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/pod-overhead/
   */
  readonly overhead?: PodOverhead;

  /**
   * Tolerations that every Pod of the class gets.
   *
   * @default - those of the installers, so that Pods reach the pools that their runtime is installed on
   */
  readonly tolerations?: Toleration[];

  /**
   * The installers that bring this runtime to nodes, one for each node pool.
   *
   * @default - the chart's one, created if there is none
   */
  readonly installers?: NodeInstaller[];
}

const KINDS: Kinds = {
  overhead: OBJECT, tolerations: OBJECTS, installers: listOf(instanceOf(() => NodeInstaller, 'NodeInstallers such as [installer]')),
};

/** A runtime's part of an installer: its plan, and the readable files that the plan names by key. */
export interface RuntimeInstallation {
  readonly plan: RuntimePlan;
  readonly files: { readonly [key: string]: string };
}

/**
 * A sandbox runtime that this library installs: its RuntimeClass, and its part of the installers.
 *
 * The handler is spelled once, here; the runtime table, the shim's files, the node label and the class follow from it.
 * The RuntimeClass is the child `Resource`, a plain ApiObject: JSON patches on it are honoured.
 */
export abstract class SandboxRuntime extends Construct implements ISandboxRuntime {
  /**
   * A RuntimeClass that exists already, e.g. `gvisor` of GKE Sandbox. Nothing is installed or checked for it.
   *
   * @param scope the construct above
   * @param id the construct's id
   * @param runtimeClassName name of the RuntimeClass
   * @throws if the name is not a DNS subdomain
   * @see https://cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods
   */
  public static fromRuntimeClassName(scope: Construct, id: string, runtimeClassName: string): ISandboxRuntime {
    return new ImportedRuntimeClass(scope, id, runtimeClassName);
  }

  /** Name of the RuntimeClass. */
  public readonly runtimeClassName: string;

  /** Name of the handler: the key of the runtime table on the nodes, and the RuntimeClass's `handler`. */
  public readonly handler: string;

  /** @internal */
  protected readonly _installers: readonly NodeInstaller[];

  private readonly podFixed?: Record<string, string>;
  private readonly selector: { readonly [key: string]: string };

  protected constructor(scope: Construct, id: string, runtimeClassName: string, handler: string, props: SandboxRuntimeProps) {
    super(scope, id);
    validateRuntimeClassName(runtimeClassName);
    validateHandler(handler);
    this.runtimeClassName = runtimeClassName;
    this.handler = handler;
    requireKinds(this.node.path, props, KINDS);
    if (props.installers?.length === 0) {
      throw new Error(`installers of ${this.node.path} is empty; leave it out for the chart's own installer, name at least one, `
        + 'or use SandboxRuntime.fromRuntimeClassName for a class that exists already');
    }
    this._installers = props.installers ? [...props.installers] : [NodeInstaller._ofChart(Chart.of(this))];

    this.selector = selectorOf(this, this.handler, this._installers);
    this.podFixed = props.overhead && renderOverhead(props.overhead);

    const tolerations = props.tolerations ?? this._installers.flatMap((installer) => installer.tolerations);
    const unique = new Map(tolerations.map((toleration) => [JSON.stringify(tolerationManifest(toleration)), tolerationManifest(toleration)]));
    new ClusterScopedObject(this, 'Resource', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: this.runtimeClassName },
      handler: this.handler,
      overhead: Lazy.any({ produce: () => this.renderedOverhead() }),
      scheduling: {
        nodeSelector: Lazy.any({ produce: () => this.nodeSelector }),
        ...(unique.size ? { tolerations: [...unique.values()] } : {}),
      },
    });

    SandboxRegistry.of(this).addRuntime(this);
    LineUpValidation.ensure(this);
  }

  /** Architectures that this runtime can be installed on, in Kubernetes' words (`amd64`, `arm64`). */
  public abstract get architectures(): string[];

  /** Labels of the nodes that this runtime's Pods are scheduled to. */
  public get nodeSelector(): { [key: string]: string } {
    return { ...this.selector };
  }

  public sandbox(construct: IConstruct, options?: SandboxOptions): void {
    requestSandbox(this, construct, options);
  }

  /**
   * Hands the runtime to its installers; the last thing a subclass does in its constructor.
   *
   * @internal
   */
  protected _install(): void {
    for (const installer of this._installers) {
      installer._addRuntime(this);
    }
  }

  /**
   * What the class reserves for each Pod; undefined for nothing.
   *
   * @internal
   */
  public _podFixed(): Record<string, string> | undefined {
    return this.podFixed;
  }

  /**
   * Namespaces of the installers, whose Pods can run in no sandbox.
   *
   * @internal
   */
  public _installerNamespaces(): string[] {
    return this._installers.map(({ namespace }) => namespace);
  }

  /**
   * Registries of the installers' images, each once; undefined for an installer that has them from their own.
   *
   * @internal
   */
  public _imageRegistries(): Array<string | undefined> {
    return [...new Set(this._installers.map(({ _imageRegistry }) => _imageRegistry))];
  }

  /**
   * What the rules about Pods have to know of it.
   *
   * @internal
   */
  public _facts(): SandboxFacts {
    const platform = this._installers[0].platform._plan();
    const { plan, files } = this._installation({}, platform);
    return installedSandbox(plan, files[plan.config.key], readHandlerTable(platform, plan, files), platform.kind);
  }

  /**
   * What works, and should not be: synth prints it.
   *
   * @internal
   */
  public _warnings(): string[] {
    return [];
  }

  /**
   * Throws where the runtime cannot be had on the platform.
   *
   * @internal
   */
  public abstract _installation(supply: ArtifactSupply, platform: PlatformPlan): RuntimeInstallation;

  private renderedOverhead(): { podFixed: Record<string, string> } | undefined {
    const podFixed = this._podFixed();
    return podFixed && { podFixed };
  }
}
