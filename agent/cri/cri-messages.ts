import { bool, int32, int64, message, messages, MessageType, string, stringMap, uint32 } from './protobuf-message';

/**
 * The messages of `runtime.v1.RuntimeService` that the agent needs, with the fields it uses.
 *
 * @see https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto
 */

export const RUNTIME_SERVICE = 'runtime.v1.RuntimeService';

export const NAMESPACE_MODE = { POD: 0, CONTAINER: 1, NODE: 2 } as const;
export const SECCOMP_PROFILE = { RUNTIME_DEFAULT: 0, UNCONFINED: 1 } as const;
export const POD_SANDBOX_STATE = { READY: 0, NOTREADY: 1 } as const;

export const EMPTY = new MessageType({});

export const VERSION_RESPONSE = new MessageType({ runtimeName: string(2), runtimeVersion: string(3), runtimeApiVersion: string(4) });

export const STATUS_REQUEST = new MessageType({ verbose: bool(1) });
const RUNTIME_CONDITION = new MessageType({ type: string(1), status: bool(2), reason: string(3), message: string(4) });
const RUNTIME_STATUS = new MessageType({ conditions: messages(1, RUNTIME_CONDITION) });
const RUNTIME_HANDLER = new MessageType({ name: string(1) });
export const STATUS_RESPONSE = new MessageType({
  status: message(1, RUNTIME_STATUS),
  info: stringMap(2),
  runtimeHandlers: messages(3, RUNTIME_HANDLER),
});

const POD_SANDBOX_METADATA = new MessageType({ name: string(1), uid: string(2), namespace: string(3), attempt: uint32(4) });
export const NAMESPACE_OPTION = new MessageType({ network: int32(1), pid: int32(2), ipc: int32(3) });
export const SECURITY_PROFILE = new MessageType({ profileType: int32(1), localhostRef: string(2) });
export const INT64_VALUE = new MessageType({ value: int64(1) });
const LINUX_SANDBOX_SECURITY_CONTEXT = new MessageType({
  namespaceOptions: message(1, NAMESPACE_OPTION),
  runAsUser: message(3, INT64_VALUE),
  readonlyRootfs: bool(4),
  seccomp: message(9, SECURITY_PROFILE),
});
const LINUX_POD_SANDBOX_CONFIG = new MessageType({ cgroupParent: string(1), securityContext: message(2, LINUX_SANDBOX_SECURITY_CONTEXT) });
export const POD_SANDBOX_CONFIG = new MessageType({
  metadata: message(1, POD_SANDBOX_METADATA),
  hostname: string(2),
  logDirectory: string(3),
  labels: stringMap(6),
  annotations: stringMap(7),
  linux: message(8, LINUX_POD_SANDBOX_CONFIG),
});

export const RUN_POD_SANDBOX_REQUEST = new MessageType({ config: message(1, POD_SANDBOX_CONFIG), runtimeHandler: string(2) });
/** Answer of RunPodSandbox; request of StopPodSandbox, RemovePodSandbox and PodSandboxStatus. */
export const POD_SANDBOX_ID = new MessageType({ podSandboxId: string(1) });

const POD_SANDBOX_STATUS = new MessageType({
  id: string(1),
  metadata: message(2, POD_SANDBOX_METADATA),
  state: int32(3),
  labels: stringMap(7),
  annotations: stringMap(8),
  runtimeHandler: string(9),
});
export const POD_SANDBOX_STATUS_REQUEST = new MessageType({ podSandboxId: string(1), verbose: bool(2) });
export const POD_SANDBOX_STATUS_RESPONSE = new MessageType({ status: message(1, POD_SANDBOX_STATUS), info: stringMap(2) });

const POD_SANDBOX_FILTER = new MessageType({ labelSelector: stringMap(3) });
export const LIST_POD_SANDBOX_REQUEST = new MessageType({ filter: message(1, POD_SANDBOX_FILTER) });
const POD_SANDBOX = new MessageType({
  id: string(1),
  metadata: message(2, POD_SANDBOX_METADATA),
  state: int32(3),
  labels: stringMap(5),
  annotations: stringMap(6),
  runtimeHandler: string(7),
});
export const LIST_POD_SANDBOX_RESPONSE = new MessageType({ items: messages(1, POD_SANDBOX) });
