import { join } from 'node:path';
import { CriClient, isNotFound } from '../../../agent/cri/cri-client';
import { scratchFolders } from '../scratch-folder';
import { FakeCri } from './fake-cri';

const scratchFolder = scratchFolders();
let socket: string;
let fake: FakeCri;
let cri: CriClient;

beforeEach(async () => {
  socket = join(scratchFolder(), 'socket');
  fake = await FakeCri.listen(socket);
  cri = new CriClient(socket);
});

afterEach(async () => {
  cri.close();
  await fake.stop();
});

const CONFIG = { metadata: { name: 'web', namespace: 'team', uid: 'u1' }, labels: { app: 'web' }, annotations: { note: 'x' } };

test('tells which runtime answers', async () => {
  expect(await cri.version()).toEqual({ runtimeName: 'fake', runtimeVersion: '1.0', runtimeApiVersion: 'v1' });
});

test('reports conditions, handlers and the effective configuration', async () => {
  fake.conditions = [{ type: 'RuntimeReady', status: false, reason: 'Broken', message: 'no shim' }];
  expect(await cri.status()).toEqual({ conditions: fake.conditions, handlers: ['', 'runc', 'runsc'], config: fake.config });
});

test('a runtime that reports no handlers is not one without handlers', async () => {
  fake.handlers = [];
  expect((await cri.status()).handlers).toBeUndefined();
});

test('lists sandboxes, all or by label', async () => {
  const id = await cri.runPodSandbox(CONFIG, 'runsc');
  await cri.runPodSandbox({ metadata: { name: 'db' } }, '');
  const web = { id, name: 'web', namespace: 'team', uid: 'u1', state: 'READY', handler: 'runsc', labels: { app: 'web' }, annotations: { note: 'x' } };
  expect(await cri.listPodSandboxes({ app: 'web' })).toEqual([web]);
  expect((await cri.listPodSandboxes()).map(({ name }) => name)).toEqual(['web', 'db']);
});

test('a stopped sandbox is not ready, a removed one is not found', async () => {
  const id = await cri.runPodSandbox(CONFIG, 'runc');
  expect(await cri.podSandboxStatus(id)).toMatchObject({ id, state: 'READY', handler: 'runc' });
  await cri.stopPodSandbox(id);
  expect(await cri.podSandboxStatus(id)).toMatchObject({ state: 'NOTREADY' });
  await cri.removePodSandbox(id);
  const error: unknown = await cri.podSandboxStatus(id).catch((e: unknown) => e);
  expect(isNotFound(error)).toBe(true);
});

test('no other error is taken for not found', async () => {
  await fake.stop();
  expect(isNotFound(await cri.version().catch((e: unknown) => e))).toBe(false);
  fake = await FakeCri.listen(socket);
});
