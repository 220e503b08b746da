import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { exceptionAnnotations, type CompatibilityException } from './compatibility-exception';
import { PodVolume } from './pod-volume';
import { refuseContainers } from './refuse-containers';
import { refuseMetadata } from './refuse-metadata';
import { refuseObjectName } from './refuse-names';
import { containerManifest, type SandboxedContainer } from './sandboxed-container';
import { tolerationManifest, type Toleration } from './toleration';
import { BOOLEAN, instanceOf, listOf, OBJECT, OBJECTS, oneOf, requireKinds, shown, TEXTS, type Kinds } from '../runtime/given';
import { isLabelValue } from '../runtime/label-syntax';
import { requireRuntime } from '../runtime/require-runtime';
import type { ISandboxRuntime } from '../runtime/sandbox-runtime';
import { requireSameApp } from '../synth/sandbox-registry';

/** When the kubelet starts a container again. */
export enum PodRestartPolicy {
  /** Whenever it ends. */
  ALWAYS = 'Always',
  /** When it ends with another code than 0. */
  ON_FAILURE = 'OnFailure',
  /** Never: the Pod has then succeeded or failed. */
  NEVER = 'Never',
}

/** What a SandboxedPod takes. */
export interface SandboxedPodProps {
  /** The sandbox that the Pod runs in. */
  readonly runtime: ISandboxRuntime;

  /** The containers, at least one. */
  readonly containers: SandboxedContainer[];

  /**
   * Containers that run one after the other before the others start.
   *
   * @default - none
   */
  readonly initContainers?: SandboxedContainer[];

  /**
   * Volumes that containers can mount.
   *
   * @default - none
   */
  readonly volumes?: PodVolume[];

  /**
   * Name, namespace, labels and annotations.
   *
   * @default - a name from the construct's path, the chart's namespace and labels
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * Names of nodes (label `kubernetes.io/hostname`) that the Pod may run on, as a required node affinity.
   *
   * @default - all nodes that the RuntimeClass selects
   */
  readonly hostnames?: string[];

  /**
   * Name of the node that the Pod is bound to past the scheduler; synth warns, because then nothing checks that the
   * runtime is installed there. `hostnames` is the better way.
   *
   * @default - the scheduler chooses
   */
  readonly nodeName?: string;

  /**
   * Tolerations in addition to those of the RuntimeClass.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];

  /**
   * When containers are started again.
   *
   * @default PodRestartPolicy.ALWAYS
   */
  readonly restartPolicy?: PodRestartPolicy;

  /**
   * Service account of the Pod.
   *
   * @default - the namespace's `default`
   */
  readonly serviceAccountName?: string;

  /**
   * Whether the containers get the service account's token.
   *
   * @default false
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * Seconds between SIGTERM and SIGKILL when the Pod ends.
   *
   * @default 30
   */
  readonly terminationGracePeriodSeconds?: number;

  /**
   * Rules that the Pod may break. Each becomes an annotation.
   *
   * @default - none
   */
  readonly exceptions?: CompatibilityException[];
}

/** What has no checks of its own, or would break them. */
const KINDS: Kinds = {
  metadata: OBJECT,
  initContainers: OBJECTS,
  volumes: listOf(instanceOf(() => PodVolume, "PodVolumes such as [PodVolume.emptyDir('tmp')]")),
  hostnames: TEXTS,
  tolerations: OBJECTS,
  restartPolicy: oneOf(PodRestartPolicy),
  automountServiceAccountToken: BOOLEAN,
  exceptions: OBJECTS,
};

/**
 * A complete Pod in a sandbox, with a security context as Pod Security's `restricted` level asks for. The Pod is the
 * child `Resource`, a plain ApiObject. Throws where the API server would refuse the Pod, or the kubelet a container of it.
 */
export class SandboxedPod extends Construct {
  /** Name of the Pod. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: SandboxedPodProps) {
    super(scope, id);
    requireRuntime(this.node.path, props?.runtime);
    requireSameApp(this, props.runtime);
    if (!Array.isArray(props.containers) || props.containers.length === 0) {
      throw new Error(`${this.node.path} has no containers; a Pod needs at least one (containers: [{ name: 'web', image: 'registry.example/web:1.0' }])`);
    }
    requireKinds(this.node.path, props, KINDS);
    refuseContainers(this.node.path, props.containers, props.initContainers);
    if (props.nodeName !== undefined && props.hostnames !== undefined) {
      throw new Error(`${this.node.path} has both nodeName ("${props.nodeName}") and hostnames (${props.hostnames.join(', ')}); keep hostnames`);
    }
    if (props.hostnames?.length === 0) {
      throw new Error(`hostnames of ${this.node.path} is empty, which no node matches; leave it out, or name at least one node`);
    }
    this.refusePod(props);
    this.refuseUnknownMounts(props);
    const pod = new ApiObject(this, 'Resource', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: withAnnotations(props.metadata, exceptionAnnotations(props.exceptions ?? [], this.node.path)),
      spec: {
        runtimeClassName: props.runtime.runtimeClassName,
        ...(props.nodeName !== undefined ? { nodeName: props.nodeName } : {}),
        ...(props.hostnames ? { affinity: hostnameAffinity(props.hostnames) } : {}),
        ...(props.tolerations?.length ? { tolerations: props.tolerations.map(tolerationManifest) } : {}),
        ...(props.restartPolicy ? { restartPolicy: props.restartPolicy } : {}),
        ...(props.serviceAccountName ? { serviceAccountName: props.serviceAccountName } : {}),
        automountServiceAccountToken: props.automountServiceAccountToken ?? false,
        ...(props.terminationGracePeriodSeconds !== undefined ? { terminationGracePeriodSeconds: props.terminationGracePeriodSeconds } : {}),
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        ...(props.initContainers?.length ? { initContainers: props.initContainers.map(containerManifest) } : {}),
        containers: props.containers.map(containerManifest),
        ...(props.volumes?.length ? { volumes: props.volumes.map((volume) => volume._manifest()) } : {}),
      },
    });
    this.name = pod.name;
  }

  /** What the API server would refuse of the Pod itself. */
  private refusePod(props: SandboxedPodProps): void {
    const { metadata, serviceAccountName, nodeName, hostnames = [], terminationGracePeriodSeconds: seconds, volumes = [] } = props;
    const { path } = this.node;
    if (metadata) refuseMetadata(path, metadata);
    for (const [member, given] of Object.entries({ serviceAccountName, nodeName })) {
      if (given) refuseObjectName(`${member} of ${path}`, given);
    }
    const strange = hostnames.find((name) => !name || !isLabelValue(name));
    if (strange !== undefined) {
      throw new Error(`hostnames of ${path} has ${shown(strange)}, which no label kubernetes.io/hostname can have: at most 63 letters, digits, "-", "_" and "."`);
    }
    if (seconds !== undefined && !(Number.isSafeInteger(seconds) && seconds >= 0)) {
      throw new Error(`terminationGracePeriodSeconds of ${path} must be a whole number of seconds, 0 to ${Number.MAX_SAFE_INTEGER}, got ${shown(seconds)}`);
    }
    const names = volumes.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`${path} has two volumes "${twice}"; give one of them another name`);
  }

  private refuseUnknownMounts(props: SandboxedPodProps): void {
    const volumes = new Set(props.volumes?.map((volume) => volume.name));
    for (const container of [...props.initContainers ?? [], ...props.containers]) {
      for (const mount of container.volumeMounts ?? []) {
        if (!volumes.has(mount.name)) {
          throw new Error(`container "${container.name}" of ${this.node.path} mounts the volume "${mount.name}", which the Pod does not have `
            + `(it has ${[...volumes].join(', ') || 'none'}); add it to volumes`);
        }
      }
    }
  }
}

function withAnnotations(metadata: ApiObjectMetadata | undefined, annotations: { [name: string]: string }): ApiObjectMetadata | undefined {
  return Object.keys(annotations).length ? { ...metadata, annotations: { ...metadata?.annotations, ...annotations } } : metadata;
}

function hostnameAffinity(hostnames: string[]) {
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [...hostnames] }] }],
      },
    },
  };
}
