import { join } from 'node:path';
import { waitForCri } from '../../../agent/cri/wait-for-cri';
import { scratchFolders } from '../scratch-folder';
import { FakeCri } from './fake-cri';
import { FakeGrpcServer, GrpcFailure } from './fake-grpc-server';

const scratchFolder = scratchFolders();
let socket: string;
let fake: FakeCri | FakeGrpcServer | undefined;

beforeEach(() => {
  socket = join(scratchFolder(), 'socket');
});

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

test('waits through no socket, no service and no initialization until the runtime is ready', async () => {
  const ready = waitForCri(socket, 10_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const bare = await FakeGrpcServer.listen(socket);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await bare.stop();
  const cri = fake = await FakeCri.listen(socket);
  let refusals = 2;
  cri.before.Status = () => { if (refusals-- > 0) throw new GrpcFailure(14, 'server is not initialized yet'); };
  expect((await ready).handlers).toContain('runsc');
  expect(cri.calls).toEqual(['Status', 'Status', 'Status']);
});

test('does not wait for the network: a node without CNI configuration can serve handlers', async () => {
  const cri = fake = await FakeCri.listen(socket);
  cri.conditions[1].status = false;
  await waitForCri(socket, 1_000);
});

test.each([
  ['a runtime that says it is not ready', { type: 'RuntimeReady', status: false, reason: 'Broken', message: 'no snapshotter' }, 'RuntimeReady is false: no snapshotter'],
  ['a runtime that says it is not ready and not why', { type: 'RuntimeReady', status: false, reason: '', message: '' }, 'RuntimeReady is false: without a reason'],
  ['an answer without the condition', { type: 'Other', status: true, reason: '', message: '' }, 'it reports no RuntimeReady condition'],
])('is not content with %s', async (_, condition, message) => {
  const cri = fake = await FakeCri.listen(socket);
  cri.conditions = [condition];
  await expect(waitForCri(socket, 500)).rejects.toThrow(`the CRI at ${socket} was not ready within 500 ms: ${message}`);
});

test('a unit whose CRI plugin is broken is reported with what the socket says', async () => {
  fake = await FakeGrpcServer.listen(socket);
  await expect(waitForCri(socket, 500)).rejects.toThrow('unknown service runtime.v1.RuntimeService');
});

test('a server that never answers does not outlast the limit', async () => {
  const cri = fake = await FakeCri.listen(socket);
  cri.before.Status = () => new Promise(() => {});
  const startedAt = performance.now();
  await expect(waitForCri(socket, 300)).rejects.toThrow('no answer within');
  expect(performance.now() - startedAt).toBeLessThan(1_900);
});

test('what the server said before it fell silent is not lost', async () => {
  const cri = fake = await FakeCri.listen(socket);
  cri.before.Status = () => {
    if (cri.calls.length > 1) return new Promise(() => {});
    throw new GrpcFailure(14, 'server is not initialized yet');
  };
  await expect(waitForCri(socket, 1_000)).rejects.toThrow('server is not initialized yet');
});
