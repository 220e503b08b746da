import { createServer } from 'node:net';
import { join } from 'node:path';
import { DBusConnection, DBusError } from '../../../agent/systemd/dbus-connection';
import { MESSAGE_TYPE } from '../../../agent/systemd/dbus-message';
import { scratchFolders } from '../scratch-folder';
import { DBusFailure, FakeDBusServer } from './fake-dbus-server';

const scratchFolder = scratchFolders();
let socket: string;
let server: FakeDBusServer;
let connection: DBusConnection | undefined;

beforeEach(async () => {
  socket = join(scratchFolder(), 'socket');
  server = await FakeDBusServer.listen(socket);
  server.method = ({ body }) => ({ signature: 's', body: [`you said ${body[0]}`] });
});

afterEach(async () => {
  connection?.close();
  connection = undefined;
  await server.stop();
});

async function connect(): Promise<DBusConnection> {
  return connection = await DBusConnection.connect(socket, 2_000);
}

function say(text: string, timeoutMs?: number) {
  return connection!.call({ path: '/x', interface: 'a.b', member: 'Say', signature: 's', args: [text] }, timeoutMs);
}

test('authenticates with the user ID in hex and calls methods', async () => {
  await connect();
  expect(server.authentications).toEqual([`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid!())).toString('hex')}`]);
  expect(await say('hello')).toEqual(['you said hello']);
  expect(server.calls).toMatchObject([{ path: '/x', interface: 'a.b', member: 'Say', body: ['hello'] }]);
});

test('a first call that the peer leaves in its buffer is freed by the next one', async () => {
  server.leaveFirstCallInBuffer = true;
  const startedAt = performance.now();
  await connect();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(await say('hello')).toEqual(['you said hello']);
});

test('replies find their call in any order', async () => {
  await connect();
  const replies: (() => void)[] = [];
  server.method = ({ body }) => new Promise((resolve) => replies.push(() => resolve({ signature: 's', body: [body[0]] })));
  const calls = Promise.all(['a', 'b', 'c'].map((text) => say(text)));
  while (replies.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  replies.reverse().forEach((reply) => reply());
  expect(await calls).toEqual([['a'], ['b'], ['c']]);
});

test('signals between replies are passed over, even one with the serial of a call', async () => {
  server.signal = { type: MESSAGE_TYPE.SIGNAL, serial: 9, replySerial: 2, path: '/', interface: 'a.b', member: 'JobRemoved', signature: 's', body: ['x'] };
  await connect();
  expect(await say('hello')).toEqual(['you said hello']);
});

test('a peer whose bytes come one by one is understood', async () => {
  server.chunkSize = 1;
  await connect();
  expect(await say('hello')).toEqual(['you said hello']);
});

test('an error of the peer has its name and text', async () => {
  await connect();
  server.method = () => { throw new DBusFailure('org.freedesktop.systemd1.NoSuchUnit', 'Unit x.service not loaded.'); };
  const error: unknown = await say('hello').catch((e: unknown) => e);
  expect(error).toBeInstanceOf(DBusError);
  expect(error).toMatchObject({ errorName: 'org.freedesktop.systemd1.NoSuchUnit', message: `Say at ${socket}: Unit x.service not loaded.` });
});

test('a call that is not answered ends, and the connection can be used on', async () => {
  await connect();
  server.method = () => undefined;
  await expect(say('hello', 50)).rejects.toThrow(`Say at ${socket}: no answer within 50 ms`);
  server.method = () => ({ signature: 's', body: ['again'] });
  expect(await say('hello')).toEqual(['again']);
});

test('calls under way and calls after it fail when the peer goes away', async () => {
  await connect();
  server.method = () => undefined;
  const call = say('hello');
  setTimeout(() => void server.stop(), 20);
  await expect(call).rejects.toThrow(`${socket}: the peer closed the connection`);
  await expect(say('hello')).rejects.toThrow('the peer closed the connection');
  server = await FakeDBusServer.listen(socket);
});

test('a refused user is told so', async () => {
  server.authenticationAnswer = 'REJECTED EXTERNAL';
  await expect(connect()).rejects.toThrow(/refuses the user ID \d+: REJECTED EXTERNAL/);
});

test('a missing socket is named', async () => {
  await expect(DBusConnection.connect(`${socket}-not`)).rejects.toThrow(`connect ENOENT ${socket}-not`);
});

test.each([
  ['says nothing', () => {}, 'no D-Bus handshake within 200 ms'],
  ['closes at once', (peer: { end(): void }) => peer.end(), 'the peer closed the connection'],
  ['sends something else after the handshake', (peer: { write(text: string): void }) => peer.write('OK 1\r\nHTTP/1.1 200 OK\r\n\r\n'),
    'does not speak little-endian D-Bus'],
])('a peer that %s is an error', async (_, behave, message) => {
  const other = createServer((peer) => {
    peer.on('error', () => {}).resume();
    behave(peer);
  });
  await new Promise<void>((resolve) => other.listen(`${socket}-2`, resolve));
  await expect(DBusConnection.connect(`${socket}-2`, 200)).rejects.toThrow(message);
  await new Promise<void>((resolve) => other.close(() => resolve()));
});
