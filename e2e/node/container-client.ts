import { CriClient } from '../../agent/cri/cri-client';
import { EMPTY, INT64_VALUE, POD_SANDBOX_ID, RUNTIME_SERVICE, SECURITY_PROFILE } from '../../agent/cri/cri-messages';
import { GrpcClient } from '../../agent/cri/grpc-client';
import { bool, int32, int64, message, MessageInit, messages, MessageType, Schema, string, stringMap, strings, uint32 } from '../../agent/cri/protobuf-message';

/**
 * The container calls of the CRI, as far as these tests make them. The agent itself needs sandboxes only, and of them less
 * than what a Pod can ask for.
 *
 * @see https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto
 */

const ID_MAPPING = new MessageType({ hostId: uint32(1), containerId: uint32(2), length: uint32(3) });
const NAMESPACE_OPTION = new MessageType({
  network: int32(1),
  pid: int32(2),
  ipc: int32(3),
  usernsOptions: message(5, new MessageType({ mode: int32(1), uids: messages(2, ID_MAPPING), gids: messages(3, ID_MAPPING) })),
});
const SELINUX_OPTION = new MessageType({ type: string(3), level: string(4) });
const POD_SANDBOX_CONFIG = new MessageType({
  metadata: message(1, new MessageType({ name: string(1), uid: string(2), namespace: string(3), attempt: uint32(4) })),
  hostname: string(2),
  logDirectory: string(3),
  labels: stringMap(6),
  annotations: stringMap(7),
  linux: message(8, new MessageType({
    cgroupParent: string(1),
    securityContext: message(2, new MessageType({
      namespaceOptions: message(1, NAMESPACE_OPTION),
      selinuxOptions: message(2, SELINUX_OPTION),
      privileged: bool(6),
      seccomp: message(9, SECURITY_PROFILE),
    })),
    sysctls: stringMap(3),
  })),
});
const RUN_POD_SANDBOX_REQUEST = new MessageType({ config: message(1, POD_SANDBOX_CONFIG), runtimeHandler: string(2) });
const CONTAINER_ID = new MessageType({ containerId: string(1) });
const CONTAINER_METADATA = new MessageType({ name: string(1), attempt: uint32(2) });
const IMAGE = new MessageType({ image: string(1) });
const CONTAINER_CONFIG = new MessageType({
  metadata: message(1, CONTAINER_METADATA),
  image: message(2, IMAGE),
  command: strings(3),
  args: strings(4),
  envs: messages(6, new MessageType({ key: string(1), value: string(2) })),
  mounts: messages(7, new MessageType({
    containerPath: string(1),
    hostPath: string(2),
    readonly: bool(3),
    propagation: int32(5),
    recursiveReadOnly: bool(8),
    image: message(9, IMAGE),
  })),
  devices: messages(8, new MessageType({ containerPath: string(1), hostPath: string(2), permissions: string(3) })),
  logPath: string(11),
  linux: message(15, new MessageType({
    resources: message(1, new MessageType({ memoryLimitInBytes: int64(4) })),
    securityContext: message(2, new MessageType({
      capabilities: message(1, new MessageType({ add: strings(1), drop: strings(2) })),
      privileged: bool(2),
      namespaceOptions: message(3, NAMESPACE_OPTION),
      selinuxOptions: message(4, SELINUX_OPTION),
      runAsUser: message(5, INT64_VALUE),
      readonlyRootfs: bool(7),
      noNewPrivs: bool(11),
      runAsGroup: message(12, INT64_VALUE),
      maskedPaths: strings(13),
      readonlyPaths: strings(14),
      seccomp: message(15, SECURITY_PROFILE),
    })),
  })),
});
const CREATE_CONTAINER_REQUEST = new MessageType({
  podSandboxId: string(1),
  config: message(2, CONTAINER_CONFIG),
  sandboxConfig: message(3, POD_SANDBOX_CONFIG),
});
const STOP_CONTAINER_REQUEST = new MessageType({ containerId: string(1), timeout: int64(2) });
const CONTAINER_STATUS_RESPONSE = new MessageType({
  status: message(1, new MessageType({ state: int32(3), exitCode: int32(7), reason: string(10), message: string(11) })),
});
const EXEC_SYNC_REQUEST = new MessageType({ containerId: string(1), cmd: strings(2), timeout: int64(3) });
const EXEC_SYNC_RESPONSE = new MessageType({ stdout: string(1), stderr: string(2), exitCode: int32(3) });

const IMAGE_SERVICE = 'runtime.v1.ImageService';
const PULL_IMAGE_REQUEST = new MessageType({ image: message(1, IMAGE) });

const HANDLER_FEATURES = new MessageType({
  runtimeHandlers: messages(3, new MessageType({ name: string(1), features: message(2, new MessageType({ userNamespaces: bool(2) })) })),
});

const STATES = ['created', 'running', 'exited', 'unknown'] as const;
const TIMEOUT_MS = 60_000;

export type ContainerConfig = typeof CONTAINER_CONFIG extends MessageType<infer S> ? MessageInit<S> : never;

export type PodSandboxConfig = typeof POD_SANDBOX_CONFIG extends MessageType<infer S> ? MessageInit<S> : never;

/** How mounts that are made later get through a volume: `HostToContainer` and `Bidirectional` of a Pod. */
export const PROPAGATION = { HOST_TO_CONTAINER: 1, BIDIRECTIONAL: 2 } as const;

export interface ContainerStatus {
  readonly state: typeof STATES[number];
  readonly exitCode: number;
  readonly message: string;
}

/** Sandboxes and the containers in them. */
export class ContainerClient extends CriClient {
  private readonly containers: GrpcClient;

  constructor(socket: string) {
    super(socket, TIMEOUT_MS);
    this.containers = new GrpcClient(socket);
  }

  override async runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Promise<string> {
    return (await this.send('RunPodSandbox', RUN_POD_SANDBOX_REQUEST, { config, runtimeHandler }, POD_SANDBOX_ID)).podSandboxId;
  }

  async pullImage(image: string): Promise<void> {
    await this.containers.call(IMAGE_SERVICE, 'PullImage', PULL_IMAGE_REQUEST.encode({ image: { image } }), TIMEOUT_MS);
  }

  /** Whether each handler says that it has user namespaces; none where the runtime tells no features. */
  async userNamespaces(): Promise<{ [handler: string]: boolean }> {
    const { runtimeHandlers } = await this.send('Status', EMPTY, {}, HANDLER_FEATURES);
    return Object.fromEntries(runtimeHandlers.map(({ name, features }) => [name, features?.userNamespaces ?? false]));
  }

  /** @returns the container's id. */
  async createContainer(podSandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Promise<string> {
    const { containerId } = await this.send('CreateContainer', CREATE_CONTAINER_REQUEST, { podSandboxId, config, sandboxConfig }, CONTAINER_ID);
    return containerId;
  }

  async startContainer(containerId: string): Promise<void> {
    await this.send('StartContainer', CONTAINER_ID, { containerId }, EMPTY);
  }

  async containerStatus(containerId: string): Promise<ContainerStatus> {
    const { status } = await this.send('ContainerStatus', CONTAINER_ID, { containerId }, CONTAINER_STATUS_RESPONSE);
    return { state: STATES[status?.state ?? 3], exitCode: status?.exitCode ?? 0, message: [status?.reason, status?.message].filter(Boolean).join(': ') };
  }

  async stopContainer(containerId: string): Promise<void> {
    await this.send('StopContainer', STOP_CONTAINER_REQUEST, { containerId, timeout: 0n }, EMPTY);
  }

  async removeContainer(containerId: string): Promise<void> {
    await this.send('RemoveContainer', CONTAINER_ID, { containerId }, EMPTY);
  }

  async exec(containerId: string, cmd: readonly string[]): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    return this.send('ExecSync', EXEC_SYNC_REQUEST, { containerId, cmd, timeout: 30n }, EXEC_SYNC_RESPONSE);
  }

  override close(): void {
    super.close();
    this.containers.close();
  }

  private async send<Q extends Schema, A extends Schema>(method: string, request: MessageType<Q>, value: MessageInit<Q>, response: MessageType<A>) {
    return response.decode(await this.containers.call(RUNTIME_SERVICE, method, request.encode(value), TIMEOUT_MS));
  }
}
