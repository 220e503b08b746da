import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OBSERVER_IMAGE } from '../node/images';
import { outcomes, withPod, type Outcomes } from '../node/observations';
import { ANNOTATED, GVISOR, ObservedNode, OPEN, RUNC, SLEEP } from '../node/observed-node';
import type { TestNode } from '../node/test-node';
import type { TestPodOptions } from '../node/test-pod';

let observed: ObservedNode;
let node: TestNode;

beforeAll(async () => {
  observed = await ObservedNode.start();
  ({ node } = observed);
});

afterAll(() => observed?.stop());

describe('volumes', () => {
  test('shared-volume: with file-access-mounts=exclusive a file keeps its size when another container writes to it', async () => {
    const size = (handler: string) => withPod(node, handler, {}, async pod => {
      node.write('/var/lib/changing/file', 'before\n');
      const mounts = [{ containerPath: '/given', hostPath: '/var/lib/changing' }];
      const reader = await pod.start({ ...SLEEP, mounts });
      const writer = await pod.start({ ...SLEEP, name: 'writer', mounts });
      await reader.exec('/bin/cat', '/given/file');
      await writer.exec('/bin/sh', '-c', 'echo and much longer afterwards >>/given/file');
      return Number(await reader.exec('/bin/busybox', 'stat', '-c', '%s', '/given/file'));
    });
    expect(await size(RUNC)).toBe(34);
    expect(await size(GVISOR)).toBe(34);
    expect(await size(OPEN)).toBe(7);
  });

  describe('an emptyDir in memory with a size, of two containers', () => {
    /** As the kubelet makes it: a tmpfs of this size. */
    async function used(handler: string, annotations: TestPodOptions['annotations']): Promise<Outcomes> {
      const uid = randomUUID();
      const hostPath = `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/data`;
      node.exec('sh', '-c', `mkdir -p ${hostPath} && mount -t tmpfs -o size=1m tmpfs ${hostPath}`);
      return withPod(node, handler, { uid, annotations }, async pod => {
        const mounts = [{ containerPath: '/data', hostPath }];
        const watcher = await pod.start({ name: 'watcher', image: OBSERVER_IMAGE, command: ['/bin/observe', 'inotify:/data'], mounts });
        const writer = await pod.start({ ...SLEEP, mounts });
        while (!watcher.log().includes('watching')) await sleep(50);
        const filled = await writer.exec('/bin/observe', 'fill:/data/file=3');
        await watcher.exit();
        return outcomes(`${watcher.log()}${filled}`);
      });
    }
    const FORCE_SHARED = 'dev.gvisor.empty-dir.data.force-shared';
    const hint = (type: string) => ({ 'dev.gvisor.spec.mount.data.share': 'pod', 'dev.gvisor.spec.mount.data.type': type });

    test('memory-volume-size: the size holds, until a hint makes it a tmpfs of the sandbox', async () => {
      expect(await used(RUNC, {})).toEqual({ 'inotify:/data': 'seen', 'fill:/data/file=3': 'ENOSPC' });
      expect(await used(GVISOR, {})).toMatchObject({ 'fill:/data/file=3': 'ENOSPC' });
      expect(await used(ANNOTATED, hint('tmpfs'))).toMatchObject({ 'fill:/data/file=3': 'ok' });
    });

    test('memory-volume-size: it holds with a hint for a bind, and where the volume is forced to stay a folder of the node', async () => {
      expect(await used(ANNOTATED, hint('bind'))).toMatchObject({ 'fill:/data/file=3': 'ENOSPC' });
      expect(await used(ANNOTATED, { ...hint('tmpfs'), [FORCE_SHARED]: 'true' })).toMatchObject({ 'fill:/data/file=3': 'ENOSPC' });
    });

    test('inotify sees what another container writes only with a hint', async () => {
      expect(await used(GVISOR, {})).toMatchObject({ 'inotify:/data': 'not seen' });
      expect(await used(ANNOTATED, hint('tmpfs'))).toMatchObject({ 'inotify:/data': 'seen' });
    });

    test('mount-hint: one without a type is dropped, and one for another volume lets the Pod not start', async () => {
      expect(await used(ANNOTATED, { 'dev.gvisor.spec.mount.data.share': 'pod' })).toMatchObject({ 'inotify:/data': 'not seen' });
      await expect(used(ANNOTATED, { 'dev.gvisor.spec.mount.other.share': 'pod', 'dev.gvisor.spec.mount.other.type': 'tmpfs' }))
        .rejects.toThrow('get volume path for "other"');
    });
  });
});

describe('annotations', () => {
  const socket = { what: 'unix:/given/containerd.sock', container: { mounts: [{ containerPath: '/given', hostPath: '/run/containerd' }] } };
  const connected = (handler: string, annotations: TestPodOptions['annotations']) => observed.tried([handler], socket.what, socket.container, { annotations });

  test('dangerous-annotation: a Pod gives itself the sockets of the host', async () => {
    expect(await connected(ANNOTATED, {})).toEqual({ [ANNOTATED]: 'ECONNREFUSED' });
    expect(await connected(ANNOTATED, { 'dev.gvisor.flag.host-uds': 'open' })).toEqual({ [ANNOTATED]: 'ok' });
  });

  test('unread-annotation: where nothing hands it on it has no effect', async () => {
    expect(await connected(GVISOR, { 'dev.gvisor.flag.host-uds': 'open' })).toEqual({ [GVISOR]: 'ECONNREFUSED' });
    expect(await connected(GVISOR, { 'dev.gvisor.flag.network': 'host' })).toEqual({ [GVISOR]: 'ECONNREFUSED' });
  });

  test('flag-annotation: with a flag that runsc takes from no Pod the Pod does not start', async () => {
    await expect(connected(ANNOTATED, { 'dev.gvisor.flag.network': 'host' })).rejects.toThrow('flag override disabled');
  });

  test('internal-annotation: a Pod whose group is not found by its name takes its sandbox to another control group', async () => {
    // Names as systemd's driver makes them: none begins with "pod".
    const cgroupParent = '/kubepods-besteffort';
    const processes = (annotations: TestPodOptions['annotations']) => withPod(node, ANNOTATED, { annotations, cgroupParent }, async pod => {
      await pod.start(SLEEP);
      return node.exec('find', '/sys/fs/cgroup', '-path', '*/left-by-a-pod*', '-name', 'cgroup.procs').trim().split('\n').filter(Boolean)
        .map(file => node.exec('cat', file)).join('');
    });
    expect(await processes({})).toBe('');
    expect(await processes({ 'dev.gvisor.spec.cgroup-parent': '/left-by-a-pod' })).not.toBe('');
  });

  test('untrusted-workload: containerd refuses it together with a handler', async () => {
    await expect(connected(GVISOR, { 'io.kubernetes.cri.untrusted-workload': 'true' })).rejects.toThrow('untrusted workload with explicit runtime handler is not allowed');
  });
});
