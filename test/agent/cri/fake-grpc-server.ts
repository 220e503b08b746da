import { createServer, Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { encodeFrame } from '../../../agent/cri/grpc-frame';

/** What a handler throws to answer with a gRPC status. */
export class GrpcFailure extends Error {
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

/** Answers with a message; or takes over the stream and answers nothing (`undefined`). */
export type GrpcHandler = (request: Buffer, stream: ServerHttp2Stream) => Buffer | undefined | Promise<Buffer | undefined>;

/** A gRPC server on a unix socket whose methods are functions. */
export class FakeGrpcServer {
  static async listen(socket: string): Promise<FakeGrpcServer> {
    const fake = new FakeGrpcServer();
    await new Promise<void>((resolve) => fake.server.listen(socket, resolve));
    return fake;
  }

  /** `grpc-timeout` of each call, in the order they came. */
  readonly timeouts: string[] = [];
  /** Each write of an answer has this many bytes. */
  chunkSize = Infinity;
  connections = 0;
  private readonly server: Http2Server = createServer();
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly handlers = new Map<string, GrpcHandler>();

  private constructor() {
    this.server.on('session', (session) => {
      this.connections++;
      this.sessions.add(session);
      session.on('close', () => this.sessions.delete(session));
    });
    this.server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      this.timeouts.push(String(headers['grpc-timeout']));
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => void this.answer(stream, String(headers[':path']), Buffer.concat(chunks).subarray(5)));
    });
  }

  handle(path: string, handler: GrpcHandler): this {
    this.handlers.set(path, handler);
    return this;
  }

  /** Drops all connections and the socket, as a daemon that is killed. */
  async stop(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(stream: ServerHttp2Stream, path: string, request: Buffer): Promise<void> {
    const handler = this.handlers.get(path);
    try {
      if (!handler) throw new GrpcFailure(12, `unknown service ${path.split('/')[1]}`);
      const message = await handler(request, stream);
      if (message) this.send(stream, message);
    } catch (error) {
      if (!(error instanceof GrpcFailure)) throw error;
      stream.respond({
        ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(error.code), 'grpc-message': encodeURIComponent(error.message),
      }, { endStream: true });
    }
  }

  private send(stream: ServerHttp2Stream, message: Buffer): void {
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    const frame = encodeFrame(message);
    for (let start = 0; start < frame.length; start += this.chunkSize) stream.write(frame.subarray(start, start + this.chunkSize));
    stream.end();
  }
}
