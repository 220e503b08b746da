import { join } from 'node:path';
import { FakeCri } from './cri/fake-cri';
import { GrpcFailure } from './cri/fake-grpc-server';
import { scratchFolders } from './scratch-folder';
import { CriClient } from '../../agent/cri/cri-client';
import { proveHandler } from '../../agent/prove';
import { runningPods } from '../../agent/running-pods';

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

const run = (name: string, handler: string) => cri.runPodSandbox({ metadata: { name, namespace: 'team', uid: name } }, handler);

test('are the Pods whose sandbox is ready, with the handler that they were started with', async () => {
  await run('web', 'runsc');
  await run('plain', '');
  await cri.stopPodSandbox(await run('ended', 'runsc'));
  expect(await runningPods(socket)).toEqual([{ handler: 'runsc', namespace: 'team', name: 'web' }, { handler: '', namespace: 'team', name: 'plain' }]);
});

test('are not the sandboxes that a proof left behind', async () => {
  fake.before.StopPodSandbox = fake.before.RemovePodSandbox = () => { throw new GrpcFailure(2, 'not now'); };
  await expect(proveHandler(socket, 'runsc')).rejects.toThrow('not now');
  expect(fake.sandboxes.size).toBe(1);
  expect(await runningPods(socket)).toEqual([]);
});
