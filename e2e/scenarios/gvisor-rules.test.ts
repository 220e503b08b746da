import { createServer, type AddressInfo } from 'node:net';
import { PROPAGATION } from '../node/container-client';
import { withPod, type Outcomes } from '../node/observations';
import { ANNOTATED, GVISOR, ObservedNode, OPEN, PRIVILEGED, RUNC, SLEEP } from '../node/observed-node';
import { observer } from '../node/observer';
import type { TestNode } from '../node/test-node';

const MEBIBYTE = 1024n * 1024n;

let observed: ObservedNode;
let node: TestNode;

beforeAll(async () => {
  observed = await ObservedNode.start();
  ({ node } = observed);
});

afterAll(() => observed?.stop());

describe('a privileged container without a filter of system calls', () => {
  const what = [
    'open:/dev/loop-control', 'open:/dev/fuse', 'mount:tmpfs', 'mount:cgroup2', 'mknod:block', 'mknod:char', 'io_uring', 'perf', 'userfaultfd', 'bpf', 'ptrace',
    'huge-page', 'dmesg', 'write:/proc/sys/kernel/domainname=example', 'read:/proc/sys/kernel/panic',
  ];
  let seen: { [handler: string]: Outcomes };

  beforeAll(async () => {
    seen = await observed.compare([RUNC, GVISOR], { ...PRIVILEGED, what });
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
    expect(await observed.tried([RUNC, GVISOR], 'open:/given', { ...PRIVILEGED.container, mounts }, PRIVILEGED.pod)).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENXIO' });
  });

  test('host-device: a container with a block device by a hostPath does not start', async () => {
    const container = { ...PRIVILEGED.container, mounts: [{ containerPath: '/given', hostPath: '/dev/loop0' }] };
    expect(await observed.tried([RUNC], 'open:/given', container, PRIVILEGED.pod)).toEqual({ [RUNC]: 'ok' });
    await expect(observed.tried([GVISOR], 'open:/given', container, PRIVILEGED.pod)).rejects.toThrow('operation not permitted');
  });

  test.each([
    ['raw-block-volume: a volume of volumeDevices', '/dev/loop0'],
    ['device-plugin: a device of a plugin', '/dev/loop-control'],
  ])('%s is not opened', async (_, hostPath) => {
    const devices = [{ containerPath: '/dev/given', hostPath, permissions: 'rwm' }];
    expect(await observed.tried([RUNC, GVISOR], 'open:/dev/given', { devices })).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENXIO' });
  });
});

describe('the network', () => {
  test('host-network: the Pod has no connection, and has one with network=host', async () => {
    const server = createServer(socket => socket.destroy());
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    try {
      const what = `tcp:${(server.address() as AddressInfo).port}`;
      expect(await observed.tried([RUNC, GVISOR, OPEN], what)).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENETUNREACH', [OPEN]: 'ok' });
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
    const seen = await observed.compare([RUNC, GVISOR, ANNOTATED], {
      what: ['raw-socket', 'packet-socket', 'ping-socket'], container: { securityContext: { capabilities: { add: ['NET_RAW'] } } },
    });
    expect(seen[RUNC]).toMatchObject({ 'raw-socket': 'ok', 'packet-socket': 'ok' });
    expect(seen[GVISOR]).toMatchObject({ 'raw-socket': 'EPERM', 'packet-socket': 'EPERM', 'ping-socket': 'ok' });
    expect(seen[ANNOTATED]).toMatchObject({ 'raw-socket': 'ok', 'packet-socket': 'ok' });
  });

  test('service-mesh: iptables gets no socket without net-raw, with it some tables, and nftables never', async () => {
    const seen = await observed.compare([RUNC, GVISOR, ANNOTATED], {
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
    expect(await observed.tried([RUNC, GVISOR], `shm:${key}`, {}, { hostIpc: true })).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ENOENT' });
  });

  test('host-socket, runtime-socket: the socket of containerd answers nobody, and with host-uds=open everybody', async () => {
    const mounts = [{ containerPath: '/given', hostPath: '/run/containerd' }];
    expect(await observed.tried([RUNC, GVISOR, OPEN], 'unix:/given/containerd.sock', { mounts })).toEqual({ [RUNC]: 'ok', [GVISOR]: 'ECONNREFUSED', [OPEN]: 'ok' });
  });

  test('mount-propagation: a container with Bidirectional does not start, and one with HostToContainer does', async () => {
    node.exec('sh', '-c', 'mkdir -p /var/lib/shared && mount --bind /var/lib/shared /var/lib/shared && mount --make-rshared /var/lib/shared');
    const container = (propagation: number) => ({ mounts: [{ containerPath: '/given', hostPath: '/var/lib/shared', propagation }] });
    expect(await observed.tried([RUNC], 'user', container(PROPAGATION.BIDIRECTIONAL))).toEqual({ [RUNC]: '0' });
    await expect(observed.tried([GVISOR], 'user', container(PROPAGATION.BIDIRECTIONAL))).rejects.toThrow('root mount propagation option must specify private or slave: "rshared"');
    expect(await observed.tried([GVISOR], 'user', container(PROPAGATION.HOST_TO_CONTAINER))).toEqual({ [GVISOR]: '0' });
  });
});

describe('privileges', () => {
  test('suid: a SUID program does not become root, and does with allow-suid', async () => {
    const container = { command: ['/bin/observe-as-root'], securityContext: { runAsUser: { value: 65534n } } };
    expect(await observed.tried([RUNC, GVISOR, OPEN], 'user', container)).toEqual({ [RUNC]: '0', [GVISOR]: '65534', [OPEN]: '0' });
  });

  test('seccomp-profile: one of type Localhost is not applied, and is with oci-seccomp', async () => {
    const localhostRef = '/var/lib/kubelet/seccomp/no-folders.json';
    node.write(localhostRef, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }] }));
    const container = { securityContext: { seccomp: { profileType: 2, localhostRef } } };
    expect(await observed.tried([RUNC, GVISOR, OPEN], 'mkdir:/made', container)).toEqual({ [RUNC]: 'EPERM', [GVISOR]: 'ok', [OPEN]: 'EPERM' });
  });

  test('proc-mount: what runc masks is not masked', async () => {
    const container = { securityContext: { maskedPaths: ['/proc/version'] } };
    const seen = await observed.tried([RUNC, GVISOR], 'read:/proc/version', container);
    expect(seen[RUNC]).toBe('ok');
    expect(seen[GVISOR]).toContain('gvisor');
  });

  test('sysctls: they are ignored, but for fs.nr_open', async () => {
    expect(await observed.tried([RUNC, GVISOR], 'read:/proc/sys/kernel/msgmax', {}, { sysctls: { 'kernel.msgmax': '9999' } })).toEqual({ [RUNC]: '9999', [GVISOR]: '8192' });
    expect(await observed.tried([GVISOR], 'read:/proc/sys/fs/nr_open', {}, { sysctls: { 'fs.nr_open': '99999' } })).toEqual({ [GVISOR]: '99999' });
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
    expect(await observed.tried([RUNC, GVISOR], 'user', { securityContext: { selinuxOptions: { type: 'container_t', level: 's0:c1,c2' } } })).toEqual({ [RUNC]: '0', [GVISOR]: '0' });
  });
});

describe('limits', () => {
  const memoryLimit = 32n * MEBIBYTE;

  test('partial-limits: a container outgrows a limit that the Pod does not have, and does not see it', async () => {
    const limited = { what: ['read:/sys/fs/cgroup/memory/memory.limit_in_bytes', 'read:/sys/fs/cgroup/memory.max', 'memory:96'], container: { memoryLimit } };
    const seen = await observed.compare([RUNC, GVISOR], limited);
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

test('containers of a Pod share one sandbox, which exec enters', async () => {
  await withPod(node, GVISOR, {}, async pod => {
    const [first, second] = [await pod.start(SLEEP), await pod.start({ ...SLEEP, name: 'second' })];
    for (const container of [first, second]) expect(await container.exec('/bin/uname', '-r')).toContain('gvisor');
    // The log of the kernel has lines that each sandbox draws by lot.
    expect(await second.exec('/bin/dmesg')).toBe(await first.exec('/bin/dmesg'));
  });
});
