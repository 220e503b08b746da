import { join } from 'node:path';
import { INTROSPECTION_SERVICE, PLUGINS_REQUEST, PLUGINS_RESPONSE, workingSnapshotters } from '../../../agent/containerd/snapshotters';
import { FakeGrpcServer } from '../cri/fake-grpc-server';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

test('names the snapshotters that containerd could load, and asks for nothing else', async () => {
  const socket = join(scratch(), 'socket');
  const server = await FakeGrpcServer.listen(socket);
  const filters: string[][] = [];
  server.handle(`/${INTROSPECTION_SERVICE}/Plugins`, async (request) => {
    filters.push(PLUGINS_REQUEST.decode(request).filters);
    return PLUGINS_RESPONSE.encode({ plugins: [{ id: 'overlayfs' }, { id: 'devmapper', initError: { code: 12, message: 'pool_name is required' } }, { id: 'nydus' }] });
  });
  try {
    expect(await workingSnapshotters(socket)).toEqual(['nydus', 'overlayfs']);
    expect(filters).toEqual([['type==io.containerd.snapshotter.v1']]);
  } finally {
    await server.stop();
  }
});
