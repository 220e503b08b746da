import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECCOMP_PROFILE } from '../../agent/cri/cri-messages';
import { GVisorRuntime, RunscFileAccess, RunscHostUds, RunscNetwork } from '../../src';
import { ArtifactMirror } from '../node/artifact-mirror';
import { PROPAGATION } from '../node/container-client';
import { gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, OBSERVER_IMAGE, observerImage, pauseImage } from '../node/images';
import { runInstall } from '../node/installer-run';
import { nodeConfig } from '../node/node-config';
import { observe, outcomes, withPod, type Observed, type Outcomes } from '../node/observations';
import { observer } from '../node/observer';
import { addGVisor, gvisorReleaseOf, synthesize } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import type { TestContainerOptions, TestPodOptions } from '../node/test-pod';
import { GVISOR_RELEASE } from '../toolchain';

/** Handlers of the node: of the two besides the plain one, the first hands on annotations, the other lifts what rules say. */
const RUNC = '';
const GVISOR = 'runsc';
const ANNOTATED = 'runsc-annotated';
const OPEN = 'runsc-open';

const CONTAINERD = '2.3';
const MEBIBYTE = 1024n * 1024n;
const UNCONFINED = { seccomp: { profileType: SECCOMP_PROFILE.UNCONFINED } };
const PRIVILEGED = { pod: { privileged: true }, container: { securityContext: { privileged: true, ...UNCONFINED } } };
const SLEEP = { name: 'sleep', image: OBSERVER_IMAGE, command: ['/bin/sleep', '1000'] };

let node: TestNode;
let mirror: ArtifactMirror;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  const archive = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(archive);
  const image = nodeImage();
  node = await TestNode.start({ containerd: CONTAINERD, files: nodeConfig(CONTAINERD) });
  node.importImages([pauseImage(), busyboxImage(), observerImage(), image]);
  const release = gvisorReleaseOf(archive);
  const manifests = synthesize(mirror, chart => {
    addGVisor(chart, archive);
    new GVisorRuntime(chart, 'annotated', {
      release, runtimeClassName: ANNOTATED, handler: ANNOTATED, podAnnotations: ['dev.gvisor.*'], allowWildcardPodAnnotations: true, netRaw: true,
    });
    new GVisorRuntime(chart, 'open', {
      release,
      runtimeClassName: OPEN,
      handler: OPEN,
      allowSuid: true,
      ociSeccomp: true,
      hostUds: RunscHostUds.OPEN,
      network: RunscNetwork.HOST,
      ignoreCgroups: true,
      fileAccessMounts: RunscFileAccess.EXCLUSIVE,
    });
  });
  const installed = await runInstall(node, manifests, image.reference);
  for (const handler of [GVISOR, ANNOTATED, OPEN]) installed.requireReady(handler);
});

afterAll(async () => {
  await node?.stop();
  await mirror?.stop();
});

/** The same observation with each handler. */
async function compare<H extends string>(handlers: readonly H[], observed: Omit<Observed, 'handler'>): Promise<{ [handler in H]: Outcomes }> {
  const entries: [H, Outcomes][] = [];
  for (const handler of handlers) entries.push([handler, await observe(node, { ...observed, handler })]);
  return Object.fromEntries(entries) as { [handler in H]: Outcomes };
}

/** One thing that is tried with each handler. */
async function tried<H extends string>(
  handlers: readonly H[], what: string, container?: Partial<TestContainerOptions>, pod?: Partial<TestPodOptions>,
) {
  const seen = await compare(handlers, { what: [what], container, pod });
  return Object.fromEntries(handlers.map(handler => [handler, seen[handler][what]]));
}

describe('a privileged container without a filter of system calls', () => {
  const what = [
    'open:/dev/loop-control', 'open:/dev/fuse', 'mount:tmpfs', 'mount:cgroup2', 'mknod:block', 'mknod:char', 'io_uring', 'perf', 'userfaultfd', 'bpf', 'ptrace',
    'huge-page', 'dmesg', 'write:/proc/sys/kernel/domainname=example', 'read:/proc/sys/kernel/panic',
  ];
  let seen: { [handler: string]: Outcomes };

  beforeAll(async () => {
    seen = await compare([RUNC, GVISOR], { ...PRIVILEGED, what });
  });

  function sees(thing: string, runc: string, gvisor: string) {
    expect({ runc: seen[RUNC][thing], gvisor: seen[GVISOR][thing] }).toEqual({ runc, gvisor });
  }

  test('privileged: it is root in gVisor, where the devices of the host are not', () => {
    sees('mount:tmpfs', 'ok', 'ok');
    sees('open:/dev/loop-control', 'ok', 'ENOENT');
  });

  test('gVisor has a FUSE of its own', () => expect(seen[GVISOR]['open:/dev/fuse']).toBe('ok'));
  test('gVisor has no file system of control groups version 2 to mount', () => sees('mount:cgroup2', 'ok', 'ENODEV'));

  test('gVisor makes nodes of block devices, and opens none', () => {
    sees('mknod:block', 'ok', 'ENXIO');
    sees('mknod:char', 'ok', 'ok');
  });

  test('gVisor has no io_uring', () => sees('io_uring', 'ok', 'ENOSYS'));
  test('gVisor has no events of perf', () => sees('perf', 'ok', 'ENODEV'));
  test('gVisor has no userfaultfd', () => sees('userfaultfd', 'ok', 'ENOSYS'));
  test('gVisor takes no maps of eBPF', () => sees('bpf', 'ok', 'EINVAL'));
  test('gVisor lets processes of the sandbox trace each other', () => sees('ptrace', 'ok', 'ok'));
  test('gVisor maps huge pages that the node need not have', () => expect(seen[GVISOR]['huge-page']).toBe('ok'));

  test('gVisor shows a kernel log of its own', () => {
    expect(seen[GVISOR].dmesg).toContain('Starting gVisor');
    expect(seen[RUNC].dmesg).not.toContain('gVisor');
  });

  test('gVisor takes no settings of the kernel, and lacks most', () => {
    sees('write:/proc/sys/kernel/domainname=example', 'ok', 'EIO');
    expect(seen[GVISOR]['read:/proc/sys/kernel/panic']).toBe('ENOENT');
  });
});

describe('devices of the host', () => {
  test('host-device: a character device by a hostPath is not opened', async () => {
    const mounts = [{ containerPath: '/given', hostPath: '/dev/loop-control' }];
    expect(await tried([RUNC, GVISOR], 'open:/given', { ...PRIVILEGED.container, mounts }, PRIVILEGED.pod)).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENXIO' });
  });

  test('host-device: a container with a block device by a hostPath does not start', async () => {
    const container = { ...PRIVILEGED.container, mounts: [{ containerPath: '/given', hostPath: '/dev/loop0' }] };
    expect(await tried([RUNC], 'open:/given', container, PRIVILEGED.pod)).toEqual({ [RUNC]: 'ok' });
    await expect(tried([GVISOR], 'open:/given', container, PRIVILEGED.pod)).rejects.toThrow('operation not permitted');
  });

  test.each([
    ['raw-block-volume: a volume of volumeDevices', '/dev/loop0'],
    ['device-plugin: a device of a plugin', '/dev/loop-control'],
  ])('%s is not opened', async (_, hostPath) => {
    const devices = [{ containerPath: '/dev/given', hostPath, permissions: 'rwm' }];
    expect(await tried([RUNC, GVISOR], 'open:/dev/given', { devices })).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENXIO' });
  });
});

describe('the network', () => {
  test('host-network: the Pod has no connection, and has one with network=host', async () => {
    const server = createServer(socket => socket.destroy());
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    try {
      const what = `tcp:${(server.address() as AddressInfo).port}`;
      expect(await tried([RUNC, GVISOR, OPEN], what)).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENETUNREACH', [OPEN]: 'ok' });
    } finally {
      server.close();
    }
  });

  test('host-network-stack: with network=host it is the network of the node that is seen', async () => {
    const interfaces = (handler: string) => withPod(node, handler, {}, async pod => {
      const listed = await (await pod.start(SLEEP)).exec('/bin/cat', '/proc/net/dev');
      return [...listed.matchAll(/^ *(\S+):/gm)].map(([, name]) => name);
    });
    const ofTheNode = await interfaces(RUNC);
    expect(ofTheNode.length).toBeGreaterThan(1);
    expect(await interfaces(OPEN)).toEqual(ofTheNode);
    expect(await interfaces(GVISOR)).toEqual([]);
  });

  test('net-raw: sockets for packets are refused, and opened with net-raw; ping works', async () => {
    const seen = await compare([RUNC, GVISOR, ANNOTATED], {
      what: ['raw-socket', 'packet-socket', 'ping-socket'], container: { securityContext: { capabilities: { add: ['NET_RAW'] } } },
    });
    expect(seen[RUNC]).toMatchObject({ 'raw-socket': 'ok', 'packet-socket': 'ok' });
    expect(seen[GVISOR]).toMatchObject({ 'raw-socket': 'EPERM', 'packet-socket': 'EPERM', 'ping-socket': 'ok' });
    expect(seen[ANNOTATED]).toMatchObject({ 'raw-socket': 'ok', 'packet-socket': 'ok' });
  });

  test('service-mesh: iptables gets no socket without net-raw, with it some tables, and nftables never', async () => {
    const seen = await compare([RUNC, GVISOR, ANNOTATED], {
      what: ['iptables:nat', 'iptables:security', 'nftables'], container: { securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } },
    });
    expect(seen[RUNC]).toMatchObject({ 'iptables:nat': 'ok', 'nftables': 'ok' });
    expect(seen[GVISOR]).toMatchObject({ 'iptables:nat': 'EPERM', 'nftables': 'EPROTONOSUPPORT' });
    expect(seen[ANNOTATED]).toMatchObject({ 'iptables:nat': 'ok', 'iptables:security': 'EINVAL', 'nftables': 'EPROTONOSUPPORT' });
  });
});

describe('what of the host is shared', () => {
  test('host-ipc: the memory that is shared on the host is not there', async () => {
    node.exec('ipcmk', '--shmem', '4096');
    const [key] = /^0x[0-9a-f]+/m.exec(node.exec('ipcs', '--shmems'))!;
    expect(await tried([RUNC, GVISOR], `shm:${key}`, {}, { hostIpc: true })).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENOENT' });
  });

  test('host-socket, runtime-socket: the socket of containerd answers nobody, and with host-uds=open everybody', async () => {
    const mounts = [{ containerPath: '/given', hostPath: '/run/containerd' }];
    expect(await tried([RUNC, GVISOR, OPEN], 'unix:/given/containerd.sock', { mounts })).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ECONNREFUSED', [OPEN]: 'ok' });
  });

  test('mount-propagation: a container with Bidirectional does not start, and one with HostToContainer does', async () => {
    node.exec('sh', '-c', 'mkdir -p /var/lib/shared && mount --bind /var/lib/shared /var/lib/shared && mount --make-rshared /var/lib/shared');
    const container = (propagation: number) => ({ mounts: [{ containerPath: '/given', hostPath: '/var/lib/shared', propagation }] });
    expect(await tried([RUNC], 'user', container(PROPAGATION.BIDIRECTIONAL))).toEqual({ [RUNC]: '0' });
    await expect(tried([GVISOR], 'user', container(PROPAGATION.BIDIRECTIONAL))).rejects.toThrow('root mount propagation option must specify private or slave: "rshared"');
    expect(await tried([GVISOR], 'user', container(PROPAGATION.HOST_TO_CONTAINER))).toEqual({ [GVISOR]: '0' });
  });
});

describe('privileges', () => {
  test('suid: a SUID program does not become root, and does with allow-suid', async () => {
    const container = { command: ['/bin/observe-as-root'], securityContext: { runAsUser: { value: 65534n } } };
    expect(await tried([RUNC, GVISOR, OPEN], 'user', container)).toEqual({ [RUNC]: '0', [GVISOR]: '65534', [OPEN]: '0' });
  });

  test('seccomp-profile: one of type Localhost is not applied, and is with oci-seccomp', async () => {
    const localhostRef = '/var/lib/kubelet/seccomp/no-folders.json';
    node.write(localhostRef, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }] }));
    const container = { securityContext: { seccomp: { profileType: 2, localhostRef } } };
    expect(await tried([RUNC, GVISOR, OPEN], 'mkdir:/made', container)).toEqual({ [RUNC]: 'EPERM', [GVISOR]: 'ok', [OPEN]: 'EPERM' });
  });

  test('proc-mount: what runc masks is not masked', async () => {
    const container = { securityContext: { maskedPaths: ['/proc/version'] } };
    const seen = await tried([RUNC, GVISOR], 'read:/proc/version', container);
    expect(seen[RUNC]).toBe('ok');
    expect(seen[GVISOR]).toContain('gvisor');
  });

  test('sysctls: they are ignored, but for fs.nr_open', async () => {
    expect(await tried([RUNC, GVISOR], 'read:/proc/sys/kernel/msgmax', {}, { sysctls: { 'kernel.msgmax': '9999' } })).toEqual({ [RUNC]: '9999', [GVISOR]: '8192' });
    expect(await tried([GVISOR], 'read:/proc/sys/fs/nr_open', {}, { sysctls: { 'fs.nr_open': '99999' } })).toEqual({ [GVISOR]: '99999' });
  });

  /** As containerd asks the runtimes, on a node where the security module is on. */
  describe('a process with a label or profile of a security module that the node does not have', () => {
    function start(runtime: string, process: object): string {
      const folder = '/var/lib/bundle';
      node.write(`${folder}/rootfs/observe`, observer());
      node.exec('chmod', '755', `${folder}/rootfs/observe`);
      node.write(`${folder}/config.json`, JSON.stringify({
        ociVersion: '1.0.2',
        root: { path: 'rootfs' },
        process: { cwd: '/', user: { uid: 0, gid: 0 }, args: ['/observe', 'user'], ...process },
        mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
        linux: { namespaces: ['pid', 'mount', 'network', 'ipc', 'uts'].map(type => ({ type })) },
      }));
      return node.exec('sh', '-c', `${runtime} --root /run/bundle run --bundle ${folder} observed </dev/null 2>&1 || true`);
    }
    const runsc = () => `${node.exec('sh', '-c', 'echo /opt/sandbox-runtimes/*/*/runsc').trim()} --ignore-cgroups --network=none`;

    test('app-armor-profile: it is ignored', () => {
      expect(start('runc', { apparmorProfile: 'no-such-profile' })).toContain('apparmor');
      expect(start(runsc(), { apparmorProfile: 'no-such-profile' })).toBe('user 0\n');
    });

    test('selinux-options: it does not start', () => {
      expect(start(runsc(), { selinuxLabel: 'system_u:system_r:container_t:s0' })).toContain('SELinux is not supported');
    });
  });

  test('selinux-options: where the node has no SELinux they are left out', async () => {
    expect(await tried([RUNC, GVISOR], 'user', { securityContext: { selinuxOptions: { type: 'container_t', level: 's0:c1,c2' } } })).toEqual({ [RUNC]: '0', [GVISOR]: '0' });
  });
});

describe('limits', () => {
  const memoryLimit = 32n * MEBIBYTE;

  test('partial-limits: a container outgrows a limit that the Pod does not have, and does not see it', async () => {
    const limited = { what: ['read:/sys/fs/cgroup/memory/memory.limit_in_bytes', 'read:/sys/fs/cgroup/memory.max', 'memory:96'], container: { memoryLimit } };
    const seen = await compare([RUNC, GVISOR], limited);
    expect(seen[RUNC].exit).toBe('OOMKilled');
    expect(Object.values(seen[RUNC])).toContain(String(memoryLimit));
    expect(seen[GVISOR]).toMatchObject({ 'memory:96': 'ok', 'exit': 'ok' });
    expect(Object.values(seen[GVISOR])).not.toContain(String(memoryLimit));
  });

  test('unenforced-limits: with ignore-cgroups nothing of the sandbox is in the control group of its Pod', async () => {
    const inGroup = (handler: string) => withPod(node, handler, {}, async pod => {
      await pod.start(SLEEP);
      const files = node.exec('find', '/sys/fs/cgroup', '-path', `*/pod${pod.uid}*`, '-name', 'cgroup.procs').trim().split('\n').filter(Boolean);
      return files.map(file => node.exec('cat', file)).join('').trim().split('\n').filter(Boolean).length;
    });
    expect(await inGroup(GVISOR)).toBeGreaterThan(0);
    expect(await inGroup(OPEN)).toBe(0);
  });
});

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
  const connected = (handler: string, annotations: TestPodOptions['annotations']) => tried([handler], socket.what, socket.container, { annotations });

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

test('containers of a Pod share one sandbox, which exec enters', async () => {
  await withPod(node, GVISOR, {}, async pod => {
    const [first, second] = [await pod.start(SLEEP), await pod.start({ ...SLEEP, name: 'second' })];
    for (const container of [first, second]) expect(await container.exec('/bin/uname', '-r')).toContain('gvisor');
    // The log of the kernel has lines that each sandbox draws by lot.
    expect(await second.exec('/bin/dmesg')).toBe(await first.exec('/bin/dmesg'));
  });
});
