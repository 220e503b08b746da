import { writeFileSync } from 'node:fs';
import { createServer, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { GRPC_STATUS, GrpcClient } from '../../../agent/cri/grpc-client';
import { scratchFolders } from '../scratch-folder';
import { FakeGrpcServer, GrpcFailure } from './fake-grpc-server';

const ECHO = '/test.Service/Echo';

const scratchFolder = scratchFolders();
let socket: string;
let client: GrpcClient;
const stops: (() => Promise<void>)[] = [];

beforeEach(() => {
  socket = join(scratchFolder(), 'socket');
  client = new GrpcClient(socket);
});

afterEach(async () => {
  client.close();
  for (const stop of stops.splice(0)) await stop();
});

async function serve(): Promise<FakeGrpcServer> {
  const server = (await FakeGrpcServer.listen(socket)).handle(ECHO, (request) => request);
  stops.push(() => server.stop());
  return server;
}

/** A server that does with a connection whatever it likes. */
async function serveBytes(onConnection: (connection: Socket) => void): Promise<void> {
  const connections = new Set<Socket>();
  const server: Server = createServer((connection) => {
    connections.add(connection.on('error', () => {}));
    onConnection(connection);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  stops.push(async () => {
    for (const connection of connections) connection.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
}

function echo(text = 'hello', timeoutMs = 2_000): Promise<string> {
  return client.call('test.Service', 'Echo', Buffer.from(text), timeoutMs).then(String);
}

test('answers come back, whatever their size and however they are cut into pieces', async () => {
  const server = await serve();
  const long = 'x'.repeat(100_000);
  for (server.chunkSize of [1_000, Infinity]) expect(await echo(long)).toBe(long);
  server.chunkSize = 1;
  expect(await echo('hello')).toBe('hello');
  expect(await echo('')).toBe('');
});

test('many calls share one connection', async () => {
  const server = await serve();
  const texts = Array.from({ length: 50 }, (_, i) => `call ${i}`);
  expect(await Promise.all(texts.map((text) => echo(text)))).toEqual(texts);
  expect(server.connections).toBe(1);
});

test('the server is told a deadline after our own, which says that it was one', async () => {
  const server = await serve();
  await echo('a', 1_234.5);
  await echo('b', 1e9);
  expect(server.timeouts).toEqual(['2235m', '99999999m']);
});

test('an error of the server has its code and text', async () => {
  (await serve()).handle(ECHO, () => { throw new GrpcFailure(5, 'sandbox "ü%" is unknown'); });
  await expect(echo()).rejects.toMatchObject({ code: GRPC_STATUS.NOT_FOUND, message: `Echo at ${socket}: sandbox "ü%" is unknown` });
});

test('an error text that is not percent-encoded as it should be is shown as it came', async () => {
  (await serve()).handle(ECHO, (_, stream) => {
    stream.respond({ ':status': 200, 'grpc-status': '2', 'grpc-message': '50% done' }, { endStream: true });
    return undefined;
  });
  await expect(echo()).rejects.toMatchObject({ code: GRPC_STATUS.UNKNOWN, message: expect.stringContaining('50% done') });
});

test('a service that is not there (yet) is unimplemented', async () => {
  await serve();
  await expect(client.call('runtime.v1.RuntimeService', 'Status', Buffer.alloc(0), 1_000))
    .rejects.toMatchObject({ code: GRPC_STATUS.UNIMPLEMENTED, message: expect.stringContaining('unknown service runtime.v1.RuntimeService') });
});

test.each([
  ['there is no socket', 'ENOENT', () => {}],
  ['the socket is a file', 'ECONNREFUSED', () => writeFileSync(socket, '')],
])('a call is unavailable with the reason when %s', async (_, reason, prepare) => {
  prepare();
  await expect(echo()).rejects.toMatchObject({ code: GRPC_STATUS.UNAVAILABLE, message: `Echo at ${socket}: connect ${reason} ${socket}` });
});

test('a call that the server never answers ends at its deadline', async () => {
  (await serve()).handle(ECHO, () => undefined);
  await expect(echo('hello', 100)).rejects.toMatchObject({ code: GRPC_STATUS.DEADLINE_EXCEEDED, message: `Echo at ${socket}: no answer within 100 ms` });
});

test('a server that accepts connections and says nothing meets the deadline too', async () => {
  await serveBytes(() => {});
  await expect(echo('hello', 100)).rejects.toMatchObject({ code: GRPC_STATUS.DEADLINE_EXCEEDED });
});

test('a server that does not speak HTTP/2 is an error', async () => {
  await serveBytes((connection) => connection.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await expect(echo()).rejects.toMatchObject({ code: GRPC_STATUS.UNAVAILABLE, message: expect.stringContaining('Protocol error') });
});

test('a server that closes the connection at once is an error', async () => {
  await serveBytes((connection) => connection.destroy());
  await expect(echo()).rejects.toMatchObject({ code: GRPC_STATUS.UNAVAILABLE });
});

test('an HTTP error of something that is not gRPC is named', async () => {
  (await serve()).handle(ECHO, (_, stream) => {
    stream.respond({ ':status': 404 }, { endStream: true });
    return undefined;
  });
  await expect(echo()).rejects.toThrow('HTTP status 404 from a server that is not gRPC');
});

test('an answer that breaks off is never taken for a whole one', async () => {
  (await serve()).handle(ECHO, (_, stream) => {
    stream.respond({ ':status': 200 });
    stream.write(Buffer.from([0, 0, 0, 0, 9, 1, 2]));
    setTimeout(() => stream.session?.destroy(), 20);
    return undefined;
  });
  await expect(echo()).rejects.toMatchObject({ code: GRPC_STATUS.UNAVAILABLE });
});

test('a status of success without a message is an error', async () => {
  (await serve()).handle(ECHO, (_, stream) => {
    stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    return undefined;
  });
  await expect(echo()).rejects.toMatchObject({ code: GRPC_STATUS.INTERNAL });
});

test('a server that restarts in the middle of a call fails that call only', async () => {
  const first = (await serve()).handle(ECHO, () => undefined);
  const interrupted = echo('hello', 5_000);
  interrupted.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  await first.stop();
  stops.pop();
  await expect(interrupted).rejects.toMatchObject({ code: GRPC_STATUS.UNAVAILABLE });
  await expect(echo()).rejects.toThrow('ENOENT');
  await serve();
  expect(await echo()).toBe('hello');
});

test('a server that says goodbye is connected to again', async () => {
  const server = (await serve()).handle(ECHO, (request, stream) => {
    stream.session?.goaway();
    return request;
  });
  expect(await echo('first')).toBe('first');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await echo('second')).toBe('second');
  expect(server.connections).toBe(2);
});

test('a closed client can be used again', async () => {
  await serve();
  await echo();
  client.close();
  expect(await echo()).toBe('hello');
});
