import { ClientHttp2Session, ClientHttp2Stream, connect, constants, IncomingHttpHeaders } from 'node:http2';
import { createConnection } from 'node:net';
import { decodeFrame, encodeFrame } from './grpc-frame';

/**
 * Status codes that the agent tells apart.
 *
 * @see https://grpc.io/docs/guides/status-codes/
 */
export const GRPC_STATUS = { OK: 0, UNKNOWN: 2, DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, UNIMPLEMENTED: 12, INTERNAL: 13, UNAVAILABLE: 14 } as const;

/** A call that failed, at the server or on the way. */
export class GrpcError extends Error {
  constructor(readonly code: number, message: string) {
    super(message);
    this.name = 'GrpcError';
  }
}

const SERVER_GRACE_MS = 1_000;

/**
 * Unary gRPC calls over a unix socket. The connection is made with the first call and again after it broke, so one
 * client outlives restarts of its server; calls that were under way then fail with UNAVAILABLE.
 */
export class GrpcClient {
  private session?: ClientHttp2Session;

  constructor(private readonly socket: string) {}

  call(service: string, method: string, request: Buffer, timeoutMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const fail = (code: number, reason: string) => reject(new GrpcError(code, `${method} at ${this.socket}: ${reason}`));
      const session = this.connected();
      const stream = session.request({
        ':method': 'POST',
        ':path': `/${service}/${method}`,
        'content-type': 'application/grpc',
        'te': 'trailers',
        // Later than our own deadline, which says that it was one.
        'grpc-timeout': grpcTimeout(timeoutMs + SERVER_GRACE_MS),
      });
      const answer = collect(stream);
      let broken: Error | undefined;
      // The server may be stopped, or accept connections without serving them: the deadline is kept here too.
      const deadline = setTimeout(() => {
        fail(GRPC_STATUS.DEADLINE_EXCEEDED, `no answer within ${timeoutMs} ms`);
        stream.close(constants.NGHTTP2_CANCEL);
      }, timeoutMs);
      // Where the connection broke, the stream only says that it was cancelled; the cause says why.
      stream.on('error', (error) => { broken ??= (error.cause ?? error) as Error; });
      stream.on('close', () => {
        clearTimeout(deadline);
        const { status, grpcStatus, grpcMessage } = answer;
        if (grpcStatus === undefined && status !== undefined && status !== 200) return fail(GRPC_STATUS.UNKNOWN, `HTTP status ${status} from a server that is not gRPC`);
        if (grpcStatus === undefined) return fail(GRPC_STATUS.UNAVAILABLE, broken?.message ?? 'the connection was closed before the answer was complete');
        if (grpcStatus !== GRPC_STATUS.OK) return fail(grpcStatus, grpcMessage);
        try {
          resolve(decodeFrame(Buffer.concat(answer.chunks)));
        } catch (error) {
          fail(GRPC_STATUS.INTERNAL, (error as Error).message);
        }
      });
      stream.end(encodeFrame(request));
    });
  }

  close(): void {
    this.session?.destroy();
    this.session = undefined;
  }

  private connected(): ClientHttp2Session {
    if (this.session && !this.session.closed && !this.session.destroyed) return this.session;
    // The name is only a header: the connection is the socket.
    const session = connect('http://localhost', { createConnection: () => createConnection(this.socket) });
    // Each call reports its own failure; without a listener the process would end.
    session.on('error', () => {});
    this.session = session;
    return session;
  }
}

interface Answer {
  status?: number;
  grpcStatus?: number;
  grpcMessage: string;
  readonly chunks: Buffer[];
}

function collect(stream: ClientHttp2Stream): Answer {
  const answer: Answer = { grpcMessage: '', chunks: [] };
  // The status is in the trailers, or in the headers where there is no message.
  const readStatus = (headers: IncomingHttpHeaders) => {
    if (headers['grpc-status'] === undefined) return;
    answer.grpcStatus = Number(headers['grpc-status']);
    answer.grpcMessage = percentDecode(String(headers['grpc-message'] ?? ''));
  };
  stream.on('response', (headers) => {
    answer.status = headers[':status'];
    readStatus(headers);
  });
  stream.on('trailers', readStatus);
  stream.on('data', (chunk: Buffer) => answer.chunks.push(chunk));
  return answer;
}

/** At most eight digits and a unit. */
function grpcTimeout(timeoutMs: number): string {
  return `${Math.min(Math.max(1, Math.ceil(timeoutMs)), 99_999_999)}m`;
}

/** Messages are percent-encoded; one that is not well-formed is shown as it came. */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
