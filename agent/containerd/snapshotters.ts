import { GrpcClient } from '../cri/grpc-client';
import { int32, message, messages, MessageType, string, strings } from '../cri/protobuf-message';

/** @see https://github.com/containerd/containerd/blob/main/api/services/introspection/v1/introspection.proto */
export const INTROSPECTION_SERVICE = 'containerd.services.introspection.v1.Introspection';
export const PLUGINS_REQUEST = new MessageType({ filters: strings(1) });
const STATUS = new MessageType({ code: int32(1), message: string(2) });
export const PLUGINS_RESPONSE = new MessageType({ plugins: messages(1, new MessageType({ id: string(2), initError: message(7, STATUS) })) });

const TIMEOUT_MS = 10_000;

/** The snapshotters, built in or behind a proxy, that the running containerd could load; it lists the others with an error. */
export async function workingSnapshotters(socket: string): Promise<string[]> {
  const grpc = new GrpcClient(socket);
  try {
    const request = PLUGINS_REQUEST.encode({ filters: ['type==io.containerd.snapshotter.v1'] });
    const { plugins } = PLUGINS_RESPONSE.decode(await grpc.call(INTROSPECTION_SERVICE, 'Plugins', request, TIMEOUT_MS));
    return plugins.filter(({ initError }) => initError === undefined).map(({ id }) => id).sort();
  } finally {
    grpc.close();
  }
}
