import { join } from 'node:path';
import { FakeEngine } from './fake-engine';
import { EngineClient } from '../../../agent/docker/engine-client';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();
let socket: string;
let engine: FakeEngine;

beforeEach(async () => {
  socket = join(scratchFolder(), 'docker.sock');
  engine = await FakeEngine.listen(socket);
});

afterEach(() => engine.stop());

test('asks for the version first and speaks it then', async () => {
  const client = new EngineClient(socket);
  expect(await client.info()).toMatchObject({ DefaultRuntime: 'runc' });
  expect(await client.version()).toBe('28.5.1');
  expect(engine.calls).toEqual(['GET /version', 'GET /info', 'GET /version']);
});

test('knows of a reload only since the moment that is asked for', async () => {
  const client = new EngineClient(socket);
  const now = Date.now();
  engine.reloads.push((now - 5000) / 1000);
  expect(await client.hasReloaded(new Date(now))).toBe(false);
  expect(await client.hasReloaded(new Date(now - 6000))).toBe(true);
});

test('says what Docker answered', async () => {
  engine.failures['GET /info'] = { status: 500, message: 'no space left' };
  await expect(new EngineClient(socket).info()).rejects.toThrow('Docker\'s API answered 500 to GET /v1.51/info: no space left');
});

test('takes what is gone already for removed', async () => {
  await expect(new EngineClient(socket).removeContainer('c9')).resolves.toBeUndefined();
});

test('gives up a call that hangs', async () => {
  engine.failures['POST /containers/{id}/wait'] = 'hangs';
  await expect(new EngineClient(socket).waitContainer('c1', 100)).rejects.toThrow(/does not answer POST .*wait: no answer within 100 ms/);
});

test('says where nobody answers', async () => {
  await expect(new EngineClient(`${socket}.gone`).version()).rejects.toThrow(`Docker's API at ${socket}.gone does not answer GET /version: connect ENOENT`);
});
