import { join } from 'node:path';
import { FakeEngine } from './fake-engine';
import { EngineClient } from '../../../agent/docker/engine-client';
import { proveRuntime } from '../../../agent/docker/prove';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();
let engine: FakeEngine;
let client: EngineClient;
let log: jest.SpyInstance;

beforeEach(async () => {
  log = jest.spyOn(console, 'log').mockImplementation(() => {});
  const socket = join(scratchFolder(), 'docker.sock');
  engine = await FakeEngine.listen(socket);
  engine.runtimes.runsc = { path: '/opt/sandbox-runtimes/gvisor/1/runsc' };
  client = new EngineClient(socket);
});

afterEach(() => engine.stop());

test('a runtime is proven by a container that starts, ends well and is removed, with an image that is removed as well', async () => {
  await proveRuntime(client, 'amd64', 'runsc');
  expect(engine.calls).toEqual(expect.arrayContaining(['POST /images/create', 'POST /containers/create', 'POST /containers/{id}/start', 'POST /containers/{id}/wait']));
  expect(engine.containers.size).toBe(0);
  expect(engine.images.size).toBe(0);
});

test('the default runtime is proven without a name', async () => {
  engine.defaultRuntime = 'crun';
  await proveRuntime(client, 'amd64');
  expect(engine.calls).toContain('POST /containers/create');
});

test('a runtime that is not served is named with those that are, and nothing is run', async () => {
  await expect(proveRuntime(client, 'amd64', 'kata')).rejects.toThrow('Docker does not serve handler "kata"; its runtimes are: runc, runsc');
  expect(engine.calls).not.toContain('POST /containers/create');
});

test('a container that does not start is reported with the reason, and what is left of it is removed', async () => {
  engine.failures['POST /containers/{id}/start'] = { status: 400, message: 'OCI runtime create failed' };
  await expect(proveRuntime(client, 'amd64', 'runsc'))
    .rejects.toThrow('no container of handler "runsc" could be run: Docker\'s API answered 400 to POST /v1.51/containers/c1/start: OCI runtime create failed');
  expect(engine.containers.size).toBe(0);
  expect(engine.images.size).toBe(0);
});

test('a container that ends with another code is no proof', async () => {
  engine.exitCode = 128;
  await expect(proveRuntime(client, 'amd64', 'runsc')).rejects.toThrow('no container of handler "runsc" could be run: it ended with 128 instead of 0');
});

test('removes what a killed run left, and nothing else', async () => {
  engine.add({ labels: { 'sandbox-runtimes/probe': '' } });
  const other = engine.add({ labels: { app: 'web' } });
  await proveRuntime(client, 'amd64', 'runsc');
  expect([...engine.containers.values()]).toEqual([other]);
});

test('a container of another proof that cannot be removed keeps nothing from being proven wrong', async () => {
  engine.failures['DELETE /containers/{id}'] = { status: 500, message: 'container is stuck' };
  engine.failures['POST /containers/{id}/start'] = { status: 400, message: 'the real reason' };
  await expect(proveRuntime(client, 'amd64', 'runsc')).rejects.toThrow('the real reason');
});

test('a container of another runtime\'s proof that cannot be removed is left, and this runtime is proven', async () => {
  const stuck = engine.add({ runtime: 'kata', labels: { 'sandbox-runtimes/probe': '' } });
  const remove = client.removeContainer.bind(client);
  jest.spyOn(client, 'removeContainer').mockImplementation(async (id) => {
    if (id === stuck.id) throw new Error('tried to kill container, but did not receive an exit event');
    await remove(id);
  });
  await proveRuntime(client, 'amd64', 'runsc');
  await proveRuntime(client, 'amd64');
  expect([...engine.containers.values()]).toEqual([stuck]);
  expect(engine.images.size).toBe(0);
  expect(log).toHaveBeenCalledWith(expect.stringContaining(`container ${stuck.id} of a proof: is left, as it cannot be removed: tried to kill container`));
});

test('a container of its own that cannot be removed is no proof', async () => {
  engine.failures['DELETE /containers/{id}'] = { status: 500, message: 'container is stuck' };
  await expect(proveRuntime(client, 'amd64', 'runsc')).rejects.toThrow('no container of handler "runsc" could be run: Docker\'s API answered 500');
  expect(engine.images.size).toBe(0);
});

test('says so where there is no program for the architecture', async () => {
  await expect(proveRuntime(client, 's390x', 'runsc')).rejects.toThrow('there is no program to prove a runtime with on s390x, only on amd64, arm64');
});
