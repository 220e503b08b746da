import { FakeGrpcServer, GrpcFailure } from './fake-grpc-server';
import {
  EMPTY, LIST_POD_SANDBOX_REQUEST, LIST_POD_SANDBOX_RESPONSE, POD_SANDBOX_ID, POD_SANDBOX_STATE, POD_SANDBOX_STATUS_REQUEST,
  POD_SANDBOX_STATUS_RESPONSE, RUN_POD_SANDBOX_REQUEST, RUNTIME_SERVICE, STATUS_RESPONSE, VERSION_RESPONSE,
} from '../../../agent/cri/cri-messages';
import { Message, MessageType } from '../../../agent/cri/protobuf-message';

type RunRequest = typeof RUN_POD_SANDBOX_REQUEST extends MessageType<infer S> ? Message<S> : never;

export interface FakeSandbox {
  readonly request: RunRequest;
  state: number;
}

/** A container runtime that keeps pod sandboxes in memory. */
export class FakeCri {
  static async listen(socket: string): Promise<FakeCri> {
    return new FakeCri(await FakeGrpcServer.listen(socket));
  }

  conditions = [{ type: 'RuntimeReady', status: true, reason: '', message: '' }, { type: 'NetworkReady', status: true, reason: '', message: '' }];
  /** None: as containerd 1.x. */
  handlers: readonly string[] = ['', 'runc', 'runsc'];
  config: unknown = { containerd: { defaultRuntimeName: 'runc', runtimes: { runc: { options: { SystemdCgroup: false } }, runsc: { options: null } } } };
  /** Tells handlers as CRI-O does: only in the OCI spec of a sandbox, for whoever asks for it. */
  hidesHandlers = false;
  readonly sandboxes = new Map<string, FakeSandbox>();
  /** Names of the methods that were called. */
  readonly calls: string[] = [];
  /** Runs before a method's own answer; may throw a GrpcFailure or change the state. */
  readonly before: { [method: string]: () => void | Promise<void> } = {};

  private constructor(readonly server: FakeGrpcServer) {
    this.method('Version', () => VERSION_RESPONSE.encode({ runtimeName: 'fake', runtimeVersion: '1.0', runtimeApiVersion: 'v1' }));
    this.method('Status', () => STATUS_RESPONSE.encode({
      status: { conditions: this.conditions },
      info: { config: JSON.stringify(this.config), golang: '"go1.26"' },
      runtimeHandlers: this.handlers.map((name) => ({ name })),
    }));
    this.method('ListPodSandbox', (bytes) => {
      const selector = Object.entries(LIST_POD_SANDBOX_REQUEST.decode(bytes).filter?.labelSelector ?? {});
      return LIST_POD_SANDBOX_RESPONSE.encode({
        items: [...this.sandboxes].map(([id, { request: { config, runtimeHandler }, state }]) => ({
          id, state, runtimeHandler: this.told(runtimeHandler), metadata: config?.metadata, labels: config?.labels, annotations: config?.annotations,
        })).filter(({ labels }) => selector.every(([key, value]) => labels?.[key] === value)),
      });
    });
    this.method('RunPodSandbox', (bytes) => {
      const id = `sandbox-${this.calls.length}`;
      this.leaveSandbox(id, bytes);
      return POD_SANDBOX_ID.encode({ podSandboxId: id });
    });
    this.method('PodSandboxStatus', (bytes) => {
      const { podSandboxId: id, verbose } = POD_SANDBOX_STATUS_REQUEST.decode(bytes);
      const { request: { config, runtimeHandler }, state } = this.sandbox(id);
      const spec = { runtimeSpec: { ociVersion: '1.3.0', annotations: { 'io.kubernetes.cri-o.RuntimeHandler': runtimeHandler } } };
      return POD_SANDBOX_STATUS_RESPONSE.encode({
        status: { id, state, runtimeHandler: this.told(runtimeHandler), metadata: config?.metadata, labels: config?.labels },
        info: verbose && this.hidesHandlers ? { info: JSON.stringify(spec) } : {},
      });
    });
    this.method('StopPodSandbox', (bytes) => {
      this.sandbox(POD_SANDBOX_ID.decode(bytes).podSandboxId).state = POD_SANDBOX_STATE.NOTREADY;
      return EMPTY.encode({});
    });
    this.method('RemovePodSandbox', (bytes) => {
      const { podSandboxId } = POD_SANDBOX_ID.decode(bytes);
      this.sandbox(podSandboxId);
      this.sandboxes.delete(podSandboxId);
      return EMPTY.encode({});
    });
  }

  /** A sandbox as if this request had made it. */
  leaveSandbox(id: string, runRequest: Buffer): void {
    this.sandboxes.set(id, { request: RUN_POD_SANDBOX_REQUEST.decode(runRequest), state: POD_SANDBOX_STATE.READY });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private method(name: string, answer: (request: Buffer) => Buffer): void {
    this.server.handle(`/${RUNTIME_SERVICE}/${name}`, async (request) => {
      this.calls.push(name);
      await this.before[name]?.();
      return answer(request);
    });
  }

  private told(handler: string): string {
    return this.hidesHandlers ? '' : handler;
  }

  private sandbox(id: string): FakeSandbox {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) throw new GrpcFailure(5, 'an error occurred when try to find sandbox: not found');
    return sandbox;
  }
}
