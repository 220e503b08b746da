import {
  EMPTY, LIST_POD_SANDBOX_REQUEST, LIST_POD_SANDBOX_RESPONSE, POD_SANDBOX_CONFIG, POD_SANDBOX_ID, POD_SANDBOX_STATE, POD_SANDBOX_STATUS_REQUEST,
  POD_SANDBOX_STATUS_RESPONSE,
  RUN_POD_SANDBOX_REQUEST, RUNTIME_SERVICE, STATUS_REQUEST, STATUS_RESPONSE, VERSION_RESPONSE,
} from './cri-messages';
import { GRPC_STATUS, GrpcClient, GrpcError } from './grpc-client';
import { MessageInit, MessageType, Schema, StringMap } from './protobuf-message';

export interface CriVersion {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly runtimeApiVersion: string;
}

export interface CriCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

/** A runtime as containerd has it. */
export interface CriRuntime {
  readonly runtimePath?: string;
  readonly options?: { readonly SystemdCgroup?: boolean; readonly ConfigPath?: string } | null;
}

export interface CriStatus {
  readonly conditions: readonly CriCondition[];
  /** Handlers that the runtime reports; '' is its default. `undefined`: it reports none (containerd 1.x). */
  readonly handlers: readonly string[] | undefined;
  /** The effective configuration, where the runtime tells it: containerd that of its CRI plugin, CRI-O its own. */
  readonly config: CriConfig | undefined;
}

/** A runtime as CRI-O has it. */
export interface CrioRuntime {
  readonly RuntimePath?: string;
  /** `vm`: by a shim. */
  readonly RuntimeType?: string;
  readonly RuntimeConfigPath?: string;
}

/** The part of a configuration that the agent reads, in the spelling of its JSON. */
export interface CriConfig {
  readonly containerd?: {
    readonly defaultRuntimeName?: string;
    readonly runtimes?: { readonly [handler: string]: CriRuntime };
  };
  readonly crio?: {
    readonly CgroupManagerName?: string;
    readonly Runtimes?: { readonly [handler: string]: CrioRuntime };
  };
}

export interface PodSandbox {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly state: 'READY' | 'NOTREADY';
  readonly handler: string;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** What a pod sandbox is made from; field names as in the CRI's `PodSandboxConfig`. */
export type PodSandboxConfig = typeof POD_SANDBOX_CONFIG extends MessageType<infer S> ? MessageInit<S> : never;

/** The RuntimeService of the CRI, as far as pod sandboxes go. */
export class CriClient {
  private readonly grpc: GrpcClient;

  /** @param timeoutMs limit for each call that does not bring its own. */
  constructor(socket: string, private readonly timeoutMs = 10_000) {
    this.grpc = new GrpcClient(socket);
  }

  async version(): Promise<CriVersion> {
    return this.call('Version', EMPTY, {}, VERSION_RESPONSE);
  }

  async status(timeoutMs?: number): Promise<CriStatus> {
    const { status, info, runtimeHandlers } = await this.call('Status', STATUS_REQUEST, { verbose: true }, STATUS_RESPONSE, timeoutMs);
    return {
      conditions: status?.conditions ?? [],
      handlers: runtimeHandlers.length ? runtimeHandlers.map(({ name }) => name) : undefined,
      config: info.config === undefined ? undefined : JSON.parse(info.config) as CriConfig,
    };
  }

  /** All sandboxes, or those that carry these labels. */
  async listPodSandboxes(labels: StringMap = {}): Promise<PodSandbox[]> {
    const { items } = await this.call('ListPodSandbox', LIST_POD_SANDBOX_REQUEST, { filter: { labelSelector: labels } }, LIST_POD_SANDBOX_RESPONSE);
    return items.map(podSandbox);
  }

  /** @returns the sandbox's id. */
  async runPodSandbox(config: PodSandboxConfig, handler: string, timeoutMs?: number): Promise<string> {
    const { podSandboxId } = await this.call('RunPodSandbox', RUN_POD_SANDBOX_REQUEST, { config, runtimeHandler: handler }, POD_SANDBOX_ID, timeoutMs);
    return podSandboxId;
  }

  async podSandboxStatus(id: string): Promise<PodSandbox> {
    const { status } = await this.call('PodSandboxStatus', POD_SANDBOX_ID, { podSandboxId: id }, POD_SANDBOX_STATUS_RESPONSE);
    if (!status) throw new GrpcError(GRPC_STATUS.INTERNAL, `PodSandboxStatus: the answer for ${id} has no status`);
    return podSandbox(status);
  }

  /** What the container runtime tells of a sandbox beyond the CRI. */
  async podSandboxInfo(id: string): Promise<StringMap> {
    return (await this.call('PodSandboxStatus', POD_SANDBOX_STATUS_REQUEST, { podSandboxId: id, verbose: true }, POD_SANDBOX_STATUS_RESPONSE)).info;
  }

  async stopPodSandbox(id: string, timeoutMs?: number): Promise<void> {
    await this.call('StopPodSandbox', POD_SANDBOX_ID, { podSandboxId: id }, EMPTY, timeoutMs);
  }

  async removePodSandbox(id: string, timeoutMs?: number): Promise<void> {
    await this.call('RemovePodSandbox', POD_SANDBOX_ID, { podSandboxId: id }, EMPTY, timeoutMs);
  }

  close(): void {
    this.grpc.close();
  }

  private async call<Q extends Schema, A extends Schema>(
    method: string, request: MessageType<Q>, value: MessageInit<Q>, response: MessageType<A>, timeoutMs = this.timeoutMs,
  ) {
    return response.decode(await this.grpc.call(RUNTIME_SERVICE, method, request.encode(value), timeoutMs));
  }
}

/** True where the runtime does not know the sandbox or container (any more). */
export function isNotFound(error: unknown): boolean {
  return error instanceof GrpcError && error.code === GRPC_STATUS.NOT_FOUND;
}

interface PodSandboxMessage {
  readonly id: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string } | undefined;
  readonly state: number;
  readonly runtimeHandler: string;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

function podSandbox({ id, metadata, state, runtimeHandler, labels, annotations }: PodSandboxMessage): PodSandbox {
  return {
    id,
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    uid: metadata?.uid ?? '',
    state: state === POD_SANDBOX_STATE.READY ? 'READY' : 'NOTREADY',
    handler: runtimeHandler,
    labels,
    annotations,
  };
}
