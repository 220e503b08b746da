import type { ContainerProbe } from './container-probe';

/** Protocol of a container port. */
export enum ContainerPortProtocol {
  /** Transmission Control Protocol. */
  TCP = 'TCP',
  /** User Datagram Protocol. */
  UDP = 'UDP',
  /** Stream Control Transmission Protocol. */
  SCTP = 'SCTP',
}

/** A port that a container listens on. */
export interface SandboxedContainerPort {
  /** Port number, 1 to 65535. */
  readonly containerPort: number;

  /**
   * Name that Services and probes may use.
   *
   * @default - none
   */
  readonly name?: string;

  /**
   * Protocol of the port.
   *
   * @default ContainerPortProtocol.TCP
   */
  readonly protocol?: ContainerPortProtocol;
}

/** CPU and memory of a container, as Kubernetes quantities. */
export interface SandboxedContainerResources {
  /**
   * CPU request, e.g. `100m`.
   *
   * @default - none
   */
  readonly cpuRequest?: string;

  /**
   * CPU limit, e.g. `1`.
   *
   * @default - none
   */
  readonly cpuLimit?: string;

  /**
   * Memory request, e.g. `64Mi`.
   *
   * @default - none
   */
  readonly memoryRequest?: string;

  /**
   * Memory limit, e.g. `256Mi`.
   *
   * @default - none
   */
  readonly memoryLimit?: string;
}

/**
 * A container's security context. What is left out keeps the restricted default.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export interface SandboxedContainerSecurity {
  /**
   * UID of the process.
   *
   * @default - the image's
   */
  readonly runAsUser?: number;

  /**
   * GID of the process.
   *
   * @default - the image's
   */
  readonly runAsGroup?: number;

  /**
   * Whether the kubelet refuses to start the container as UID 0.
   *
   * @default true
   */
  readonly runAsNonRoot?: boolean;

  /**
   * Whether the root filesystem is read-only.
   *
   * @default false
   */
  readonly readOnlyRootFilesystem?: boolean;

  /**
   * Whether a process may gain more privileges than its parent.
   *
   * @default false
   */
  readonly allowPrivilegeEscalation?: boolean;

  /**
   * Capabilities to add, in Kubernetes' words (`NET_BIND_SERVICE`).
   *
   * @default - none
   */
  readonly addCapabilities?: string[];

  /**
   * Capabilities to drop.
   *
   * @default ['ALL']
   */
  readonly dropCapabilities?: string[];
}

/** Where a volume appears in a container. */
export interface SandboxedVolumeMount {
  /** Name of the volume. */
  readonly name: string;

  /** Path in the container. */
  readonly mountPath: string;

  /**
   * Path inside the volume.
   *
   * @default - the volume's root
   */
  readonly subPath?: string;

  /**
   * Whether the container may not write.
   *
   * @default false
   */
  readonly readOnly?: boolean;
}

/** One container of a SandboxedPod. */
export interface SandboxedContainer {
  /** Name of the container, unique in the Pod. */
  readonly name: string;

  /** Image of the container. */
  readonly image: string;

  /**
   * Entry point.
   *
   * @default - the image's
   */
  readonly command?: string[];

  /**
   * Arguments.
   *
   * @default - the image's
   */
  readonly args?: string[];

  /**
   * Environment variables.
   *
   * @default - none
   */
  readonly env?: { [name: string]: string };

  /**
   * Ports that the container listens on.
   *
   * @default - none
   */
  readonly ports?: SandboxedContainerPort[];

  /**
   * CPU and memory. A sandbox enforces limits for the Pod as a whole, so give every container one or none.
   *
   * @default - none
   */
  readonly resources?: SandboxedContainerResources;

  /**
   * When the container gets traffic.
   *
   * @default - as soon as it runs
   */
  readonly readinessProbe?: ContainerProbe;

  /**
   * When the container is restarted.
   *
   * @default - when it exits
   */
  readonly livenessProbe?: ContainerProbe;

  /**
   * When the other probes begin.
   *
   * @default - at once
   */
  readonly startupProbe?: ContainerProbe;

  /**
   * Volumes that the container sees.
   *
   * @default - none
   */
  readonly volumeMounts?: SandboxedVolumeMount[];

  /**
   * Security context.
   *
   * @default - as Pod Security's `restricted` asks for
   */
  readonly security?: SandboxedContainerSecurity;
}

/** The container as Kubernetes writes it. */
export function containerManifest(container: SandboxedContainer): Record<string, unknown> {
  const { resources, security = {} } = container;
  return {
    name: container.name,
    image: container.image,
    ...present({
      command: container.command,
      args: container.args,
      env: container.env && Object.entries(container.env).map(([name, value]) => ({ name, value })),
      ports: container.ports?.map((port) => present({ ...port })),
      resources: resources && present({
        requests: optional({ cpu: resources.cpuRequest, memory: resources.memoryRequest }),
        limits: optional({ cpu: resources.cpuLimit, memory: resources.memoryLimit }),
      }),
      readinessProbe: container.readinessProbe?._manifest(),
      livenessProbe: container.livenessProbe?._manifest(),
      startupProbe: container.startupProbe?._manifest(),
      volumeMounts: container.volumeMounts?.map((mount) => present({ ...mount })),
    }),
    securityContext: {
      ...present({ runAsUser: security.runAsUser, runAsGroup: security.runAsGroup, readOnlyRootFilesystem: security.readOnlyRootFilesystem }),
      runAsNonRoot: security.runAsNonRoot ?? true,
      allowPrivilegeEscalation: security.allowPrivilegeEscalation ?? false,
      capabilities: { drop: security.dropCapabilities ?? ['ALL'], ...present({ add: security.addCapabilities }) },
    },
  };
}

/** The members that are set. */
function present<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>;
}

/** The members that are set, or nothing if there are none. */
function optional<T extends object>(value: T): Partial<T> | undefined {
  const members = present(value);
  return Object.keys(members).length ? members : undefined;
}
