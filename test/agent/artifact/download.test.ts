import { createHash } from 'node:crypto';
import { createServer, RequestListener, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { download } from '../../../agent/artifact/download';
import { Host } from '../../../agent/host/host';
import { ArchivePlan } from '../../../src/installer/install-plan';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();
const CONTENT = Buffer.from('archive '.repeat(10_000));
const servers: Server[] = [];
const LIMITS = { stallMs: 200, backoffMs: [1, 1] };

beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());
afterEach(() => servers.splice(0).forEach((server) => {
  server.closeAllConnections();
  server.close();
}));

/** A server that answers the requests one after the other, the last answer again and again. */
async function serve(...answers: RequestListener[]): Promise<{ archive: ArchivePlan; requests: () => number }> {
  let requests = 0;
  const server = createServer((request, response) => answers[Math.min(requests++, answers.length - 1)](request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    archive: {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gvisor.tar.zst`,
      format: 'tar.zst',
      checksum: { algorithm: 'sha512', hex: createHash('sha512').update(CONTENT).digest('hex') },
    },
    requests: () => requests,
  };
}

const good: RequestListener = (_, response) => response.end(CONTENT);
const status = (code: number): RequestListener => (_, response) => response.writeHead(code).end('no');

test('writes the archive whose checksum is the published one', async () => {
  const host = new Host(scratch());
  const { archive, requests } = await serve(good);
  await download(host, archive, '/a', LIMITS);
  expect(host.read('/a')).toEqual(CONTENT);
  expect(requests()).toBe(1);
});

test('follows a redirect, as release pages answer with one', async () => {
  const host = new Host(scratch());
  const { archive } = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), good);
  await download(host, archive, '/a', LIMITS);
  expect(host.read('/a')).toEqual(CONTENT);
});

test('asks for the bytes as they are, not compressed once more', async () => {
  const encodings: unknown[] = [];
  const { archive } = await serve(({ headers }, response) => {
    encodings.push(headers['accept-encoding']);
    response.end(CONTENT);
  });
  await download(new Host(scratch()), archive, '/a', LIMITS);
  expect(encodings).toEqual(['identity']);
});

test.each<[string, RequestListener]>([
  ['the server is overloaded', status(503)],
  ['the server asks for patience', status(429)],
  ['the connection is cut off', (_, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 100), () => response.destroy());
  }],
  ['nothing more arrives', (_, response) => void response.writeHead(200, { 'content-length': CONTENT.length }).write(CONTENT.subarray(0, 100))],
])('tries again when %s', async (_, bad) => {
  const host = new Host(scratch());
  const { archive, requests } = await serve(bad, good);
  await download(host, archive, '/a', LIMITS);
  expect(host.read('/a')).toEqual(CONTENT);
  expect(requests()).toBe(2);
});

test.each<[string, number, RegExp, RequestListener]>([
  ['a server that stays overloaded', 3, /HTTP 503/, status(503)],
  ['an archive that is not there', 1, /HTTP 404.*check the release, the mirror and the proxy/, status(404)],
  ['a transfer that stalls', 3, /no byte arrived for 200 ms/, () => undefined],
  ['one changed byte', 1, /have the sha512 .* nothing was opened/, (_, response) => response.end(Buffer.concat([CONTENT.subarray(1), Buffer.from('x')]))],
  ['one byte too little', 1, /have the sha512/, (_, response) => response.end(CONTENT.subarray(1))],
])('gives up on %s, and leaves no file', async (_, tries, message, answer) => {
  const host = new Host(scratch());
  const { archive, requests } = await serve(answer);
  await expect(download(host, archive, '/a', LIMITS)).rejects.toThrow(message);
  expect(host.list('/')).toEqual([]);
  expect(requests()).toBe(tries);
});

test('says what the network said', async () => {
  const { archive } = await serve(good);
  servers.splice(0).forEach((server) => server.close());
  await expect(download(new Host(scratch()), archive, '/a', LIMITS)).rejects.toThrow(/\/gvisor\.tar\.zst: ECONNREFUSED/);
});

test('does not begin an archive that is larger than the free disk', async () => {
  const host = new Host(scratch());
  host.freeBytes = () => 1000;
  const { archive, requests } = await serve(good);
  await expect(download(host, archive, '/a', LIMITS)).rejects.toThrow(`no room for ${archive.url}: it has 80000 bytes, and 1000 are free`);
  expect([host.list('/'), requests()]).toEqual([[], 1]);
});

test('stops an archive without a length before it fills the disk', async () => {
  const host = new Host(scratch());
  host.freeBytes = () => 1000;
  const { archive } = await serve((_, response) => {
    response.write(CONTENT);
    response.end();
  });
  await expect(download(host, archive, '/a', LIMITS)).rejects.toThrow(/more than 1000 bytes arrived/);
  expect(host.list('/')).toEqual([]);
});
