import { Chart, type App } from 'cdk8s';
import { CompatibilityRule, GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KataShim, RunscFileAccess, RunscHostUds, RunscNetwork } from '../../../../src';

/** A Pod spec without its class, and its annotations. */
export interface PodCase {
  readonly spec?: object;
  /** Laid over the one container. */
  readonly container?: object;
  /** Volumes; the container mounts none of them by that. */
  readonly volumes?: readonly object[];
  readonly annotations?: { readonly [name: string]: string };
  /** Whether an API server takes such a Pod at all; a reason if not. */
  readonly refused?: string;
}

export interface RuleCases {
  readonly rule: CompatibilityRule;
  readonly on: 'gvisor' | 'open' | 'strict' | 'kata' | 'kata-fc';
  readonly severity: 'error' | 'warning';
  readonly breaks: readonly PodCase[];
  readonly keeps: readonly PodCase[];
}

/** gVisor and Kata as they come, gVisor with its doors open, gVisor with options that forbid more, and Kata with Firecracker. */
export function defineRuntimes(app: App): void {
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  const release = GVisorRelease.V20261005_0;
  new GVisorRuntime(chart, 'gvisor', { release, podAnnotations: ['dev.gvisor.spec.mount.data.share', 'dev.gvisor.spec.mount.data.type', 'dev.gvisor.flag.strace'] });
  new GVisorRuntime(chart, 'open', {
    release,
    handler: 'runsc-open',
    runtimeClassName: 'open',
    network: RunscNetwork.HOST,
    netRaw: true,
    ociSeccomp: true,
    allowSuid: true,
    hostUds: RunscHostUds.OPEN,
    reproduceNftables: true,
    podAnnotations: ['dev.gvisor.*'],
    allowWildcardPodAnnotations: true,
  });
  new GVisorRuntime(chart, 'strict', {
    release, handler: 'runsc-strict', runtimeClassName: 'strict', fileAccessMounts: RunscFileAccess.EXCLUSIVE, ignoreCgroups: true,
  });
  new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata', disableGuestSeccomp: false });
  new KataRuntime(chart, 'kata-fc', { release: KataRelease.V4_2_0, shim: KataShim.FC, runtimeClassName: 'kata-fc', snapshotter: 'devmapper' });
}

const hostPath = (path: string, type?: string): PodCase => ({ volumes: [{ name: 'host', hostPath: { path, ...type === undefined ? {} : { type } } }] });
const security = (securityContext: object): PodCase => ({ container: { securityContext } });
const adds = (...add: string[]): PodCase => security({ capabilities: { add } });
const annotated = (...names: string[]): PodCase => ({ annotations: Object.fromEntries(names.map((name) => [name, 'true'])) });
const limits = (resources: object): PodCase => ({ container: { resources: { limits: { cpu: '1', memory: '512Mi', ...resources } } } });
const second = { name: 'second', image: 'busybox', resources: { limits: { cpu: '1', memory: '512Mi' } } };
const data = { name: 'data', emptyDir: {} };
const mount = (more: object = {}): object => ({ volumeMounts: [{ name: 'data', mountPath: '/data', ...more }] });
const inMemory = { name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } };
const claim = { name: 'data', persistentVolumeClaim: { claimName: 'data' } };
const SHARE = 'dev.gvisor.spec.mount.data.share';
const TYPE = 'dev.gvisor.spec.mount.data.type';
const { ...RULE } = CompatibilityRule;

/** For each rule, Pods that break it and Pods that keep it. */
export const CASES: readonly RuleCases[] = [
  { rule: RULE.HOST_NETWORK, on: 'gvisor', severity: 'error', breaks: [{ spec: { hostNetwork: true } }], keeps: [{}, { spec: { hostNetwork: false } }] },
  { rule: RULE.HOST_NETWORK, on: 'kata', severity: 'error', breaks: [{ spec: { hostNetwork: true } }], keeps: [{ spec: { hostNetwork: false } }] },
  { rule: RULE.HOST_NETWORK, on: 'open', severity: 'error', breaks: [], keeps: [{ spec: { hostNetwork: true } }] },
  { rule: RULE.HOST_NETWORK_STACK, on: 'open', severity: 'warning', breaks: [{}], keeps: [{ spec: { hostNetwork: true } }] },
  { rule: RULE.HOST_PID, on: 'gvisor', severity: 'error', breaks: [{ spec: { hostPID: true } }], keeps: [{ spec: { hostPID: false, shareProcessNamespace: true } }] },
  { rule: RULE.HOST_PID, on: 'open', severity: 'error', breaks: [{ spec: { hostPID: true } }], keeps: [{}] },
  { rule: RULE.HOST_PID, on: 'kata', severity: 'warning', breaks: [{ spec: { hostPID: true } }], keeps: [{ spec: { shareProcessNamespace: true } }] },
  { rule: RULE.HOST_IPC, on: 'gvisor', severity: 'error', breaks: [{ spec: { hostIPC: true } }], keeps: [{ spec: { hostIPC: false } }] },
  { rule: RULE.HOST_IPC, on: 'kata', severity: 'warning', breaks: [{ spec: { hostIPC: true } }], keeps: [{}] },
  { rule: RULE.PRIVILEGED, on: 'gvisor', severity: 'warning', breaks: [security({ privileged: true })], keeps: [security({ privileged: false }), security({ runAsUser: 0 })] },
  { rule: RULE.PRIVILEGED, on: 'kata', severity: 'warning', breaks: [security({ privileged: true })], keeps: [security({ privileged: false })] },
  {
    rule: RULE.RAW_BLOCK_VOLUME,
    on: 'gvisor',
    severity: 'error',
    breaks: [{ volumes: [claim], container: { volumeDevices: [{ name: 'data', devicePath: '/dev/xvda' }] } }],
    keeps: [{ volumes: [claim], container: mount() }, { container: { volumeDevices: [] } }],
  },
  {
    rule: RULE.RAW_BLOCK_VOLUME,
    on: 'kata-fc',
    severity: 'error',
    breaks: [{ volumes: [claim], container: { volumeDevices: [{ name: 'data', devicePath: '/dev/xvda' }] } }],
    keeps: [{ volumes: [claim], container: mount() }],
  },
  {
    rule: RULE.RAW_BLOCK_VOLUME,
    on: 'kata',
    severity: 'error',
    breaks: [],
    keeps: [{ volumes: [claim], container: { volumeDevices: [{ name: 'data', devicePath: '/dev/xvda' }] } }],
  },
  {
    rule: RULE.MOUNT_PROPAGATION,
    on: 'gvisor',
    severity: 'error',
    breaks: [{ volumes: [data], container: { ...mount({ mountPropagation: 'Bidirectional' }), securityContext: { privileged: true } } }],
    keeps: [{ volumes: [data], container: mount({ mountPropagation: 'HostToContainer' }) }, { volumes: [data], container: mount({ mountPropagation: 'None' }) }],
  },
  {
    rule: RULE.MOUNT_PROPAGATION,
    on: 'kata',
    severity: 'warning',
    breaks: [{ volumes: [data], container: { ...mount({ mountPropagation: 'Bidirectional' }), securityContext: { privileged: true } } }],
    keeps: [{ volumes: [data], container: mount() }],
  },
  {
    rule: RULE.SELINUX_OPTIONS,
    on: 'gvisor',
    severity: 'error',
    breaks: [
      security({ seLinuxOptions: { level: 's0:c1,c2' } }), { spec: { securityContext: { seLinuxOptions: { type: 'spc_t' } } } }, security({ seLinuxOptions: { role: 'r' } }),
      { spec: { initContainers: [{ name: 'init', image: 'busybox', securityContext: { seLinuxOptions: { user: 'u' } } }] } },
    ],
    keeps: [security({ seLinuxOptions: {} }), { spec: { securityContext: { fsGroup: 1 } } }],
  },
  { rule: RULE.SELINUX_OPTIONS, on: 'kata', severity: 'warning', breaks: [security({ seLinuxOptions: { level: 's0' } })], keeps: [security({ seLinuxOptions: {} })] },
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.APP_ARMOR_PROFILE,
    on,
    severity: 'warning',
    breaks: [
      security({ appArmorProfile: { type: 'Localhost', localhostProfile: 'mine' } }), { spec: { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'm' } } } },
      { annotations: { 'container.apparmor.security.beta.kubernetes.io/main': 'localhost/mine' } },
    ],
    keeps: [security({ appArmorProfile: { type: 'RuntimeDefault' } }), { annotations: { 'container.apparmor.security.beta.kubernetes.io/main': 'runtime/default' } }],
  })),
  {
    rule: RULE.SECCOMP_PROFILE,
    on: 'gvisor',
    severity: 'warning',
    breaks: [security({ seccompProfile: { type: 'Localhost', localhostProfile: 'mine.json' } })],
    keeps: [security({ seccompProfile: { type: 'RuntimeDefault' } }), { spec: { securityContext: { seccompProfile: { type: 'Unconfined' } } } }],
  },
  { rule: RULE.SECCOMP_PROFILE, on: 'open', severity: 'warning', breaks: [], keeps: [security({ seccompProfile: { type: 'Localhost', localhostProfile: 'mine.json' } })] },
  { rule: RULE.SECCOMP_PROFILE, on: 'kata', severity: 'warning', breaks: [], keeps: [security({ seccompProfile: { type: 'Localhost', localhostProfile: 'mine.json' } })] },
  { rule: RULE.SECCOMP_PROFILE, on: 'kata-fc', severity: 'warning', breaks: [security({ seccompProfile: { type: 'Localhost', localhostProfile: 'mine.json' } })], keeps: [{}] },
  {
    rule: RULE.PROC_MOUNT,
    on: 'gvisor',
    severity: 'warning',
    breaks: [{ ...security({ procMount: 'Unmasked' }), refused: 'Unmasked asks for hostUsers: false, too' }],
    keeps: [security({ procMount: 'Default' })],
  },
  {
    rule: RULE.MOUNT_OVER_PROC,
    on: 'kata',
    severity: 'warning',
    breaks: ['/proc', '/proc/sys', '/proc/net'].map((mountPath) => ({ volumes: [data], container: { volumeMounts: [{ name: 'data', mountPath }] } })),
    keeps: ['/process', '/proc/meminfo', '/proc/net/dev'].map((mountPath) => ({ volumes: [data], container: { volumeMounts: [{ name: 'data', mountPath }] } })),
  },
  {
    rule: RULE.SYSCTLS,
    on: 'gvisor',
    severity: 'warning',
    breaks: [{ spec: { securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1024' }] } } }],
    keeps: [{ spec: { securityContext: { sysctls: [{ name: 'net.ipv6.conf.all.disable_ipv6', value: '1' }, { name: 'fs.nr_open', value: '100000' }] } } }],
  },
  { rule: RULE.SYSCTLS, on: 'kata', severity: 'warning', breaks: [], keeps: [{ spec: { securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1024' }] } } }] },
  { rule: RULE.USER_NAMESPACE, on: 'gvisor', severity: 'error', breaks: [{ spec: { hostUsers: false } }], keeps: [{ spec: { hostUsers: true } }] },
  { rule: RULE.USER_NAMESPACE, on: 'kata', severity: 'warning', breaks: [{ spec: { hostUsers: false } }], keeps: [{}] },
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.HOST_PATH,
    on,
    severity: 'warning',
    breaks: [hostPath('/var/log'), hostPath('/home', 'Directory'), hostPath('/var/lib/kubelet'), hostPath('/devices'), hostPath('/runner')],
    keeps: [{ volumes: [data] }, { volumes: [{ name: 'secret', secret: { secretName: 's' } }] }],
  })),
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.HOST_DEVICE,
    on,
    severity: on === 'gvisor' ? 'error' : 'warning',
    breaks: [
      hostPath('/dev'), hostPath('/dev/'), hostPath('/dev/kvm'), hostPath('/dev/fuse', 'CharDevice'), hostPath('/dev/net/tun'), hostPath('//dev//sda'), hostPath('/dev/sg0'),
      hostPath('/dev/shmoo'), hostPath('/dev/snd'), hostPath('/dev/s'), hostPath('/./dev/kvm'),
    ],
    keeps: [hostPath('/dev/shm'), hostPath('/developer'), hostPath('/mnt/dev')],
  })),
  { rule: RULE.HOST_DEVICE, on: 'gvisor', severity: 'error', breaks: [hostPath('/mnt/disk', 'BlockDevice')], keeps: [] },
  {
    rule: RULE.HOST_BLOCK_DEVICE,
    on: 'kata',
    severity: 'error',
    breaks: [hostPath('/mnt/disk', 'BlockDevice'), hostPath('/dev/sda', 'BlockDevice')],
    keeps: [hostPath('/dev/sda'), hostPath('/mnt/disk', 'Directory')],
  },
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.RUNTIME_SOCKET,
    on,
    severity: 'error',
    breaks: [
      hostPath('/'), hostPath('/var'), hostPath('/run'), hostPath('/var/run/'), hostPath('/var/run/docker.sock', 'Socket'), hostPath('/run/containerd/containerd.sock'),
      hostPath('/run/containerd'), hostPath('//run/./crio/crio.sock'), hostPath('/run/k3s/containerd/containerd.sock'), hostPath('/var/snap/microk8s/common/run/containerd.sock'),
    ],
    keeps: [hostPath('/run/udev'), hostPath('/var/run/my.sock'), hostPath('/var/runs'), hostPath('/running'), hostPath('/srv/docker.sock')],
  })),
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.HOST_SOCKET, on, severity: 'warning', breaks: [hostPath('/srv/app.sock', 'Socket')], keeps: [hostPath('/srv/app', 'Directory')],
  })),
  { rule: RULE.HOST_SOCKET, on: 'open', severity: 'warning', breaks: [], keeps: [hostPath('/srv/app.sock', 'Socket')] },
  { rule: RULE.GPU, on: 'gvisor', severity: 'warning', breaks: [limits({ 'nvidia.com/gpu': '1' })], keeps: [limits({}), limits({ 'example.com/fpga': '1' })] },
  { rule: RULE.GPU, on: 'kata', severity: 'warning', breaks: [limits({ 'nvidia.com/gpu': '1' })], keeps: [limits({})] },
  { rule: RULE.GPU_PARTITION, on: 'gvisor', severity: 'error', breaks: [limits({ 'nvidia.com/mig-1g.5gb': '1' })], keeps: [limits({ 'nvidia.com/gpu': '1' })] },
  { rule: RULE.GPU_PARTITION, on: 'kata', severity: 'error', breaks: [], keeps: [limits({ 'nvidia.com/mig-1g.5gb': '1' })] },
  { rule: RULE.DEVICE_PLUGIN, on: 'gvisor', severity: 'warning', breaks: [limits({ 'example.com/fpga': '1' })], keeps: [limits({ 'ephemeral-storage': '1Gi' }), limits({ 'google.com/tpu': '4' })] },
  {
    rule: RULE.RDMA,
    on: 'gvisor',
    severity: 'error',
    breaks: [limits({ 'rdma/hca': '1' }), { ...limits({ 'rdma/hca': '1' }), spec: { initContainers: [second] } }],
    keeps: [limits({})],
  },
  { rule: RULE.NET_RAW, on: 'gvisor', severity: 'warning', breaks: [adds('NET_RAW'), adds('CAP_NET_RAW'), adds('ALL'), adds('all')], keeps: [adds('NET_BIND_SERVICE'), security({ capabilities: { drop: ['NET_RAW'] } })] },
  { rule: RULE.NET_RAW, on: 'open', severity: 'warning', breaks: [], keeps: [adds('NET_RAW')] },
  { rule: RULE.ADMIN_CAPABILITIES, on: 'gvisor', severity: 'warning', breaks: [adds('NET_ADMIN'), adds('SYS_ADMIN', 'CHOWN')], keeps: [adds('CHOWN')] },
  { rule: RULE.ADMIN_CAPABILITIES, on: 'kata', severity: 'warning', breaks: [adds('NET_ADMIN')], keeps: [adds('CHOWN')] },
  { rule: RULE.MKNOD, on: 'kata', severity: 'warning', breaks: [adds('MKNOD')], keeps: [security({ capabilities: { drop: ['MKNOD'] } })] },
  { rule: RULE.SUID, on: 'gvisor', severity: 'warning', breaks: [security({ allowPrivilegeEscalation: true })], keeps: [security({ allowPrivilegeEscalation: false })] },
  { rule: RULE.SUID, on: 'open', severity: 'warning', breaks: [], keeps: [security({ allowPrivilegeEscalation: true })] },
  {
    rule: RULE.PARTIAL_LIMITS,
    on: 'gvisor',
    severity: 'warning',
    breaks: [{ spec: { containers: [second, { name: 'third', image: 'busybox' }] } }],
    keeps: [{ spec: { containers: [second, { ...second, name: 'third' }] } }, { spec: { containers: [{ name: 'one', image: 'b' }, { name: 'two', image: 'b' }] } }],
  },
  { rule: RULE.UNENFORCED_LIMITS, on: 'strict', severity: 'warning', breaks: [limits({})], keeps: [{ spec: { containers: [{ name: 'one', image: 'b' }] } }] },
  {
    rule: RULE.MEMORY_VOLUME_SIZE,
    on: 'gvisor',
    severity: 'warning',
    breaks: [{ volumes: [inMemory], annotations: { [SHARE]: 'pod', [TYPE]: 'tmpfs' } }],
    keeps: [
      { volumes: [inMemory] },
      { volumes: [inMemory], annotations: { [SHARE]: 'pod', [TYPE]: 'bind' } },
      { volumes: [{ name: 'data', emptyDir: { sizeLimit: '1Gi' } }], annotations: { [SHARE]: 'pod', [TYPE]: 'tmpfs' } },
      { volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }], annotations: { [SHARE]: 'pod', [TYPE]: 'tmpfs' } },
      { volumes: [{ ...inMemory, name: 'other' }, data], annotations: { [SHARE]: 'pod', [TYPE]: 'tmpfs' } },
    ],
  },
  {
    rule: RULE.MEMORY_VOLUME_SIZE,
    on: 'open',
    severity: 'warning',
    breaks: [{ volumes: [inMemory], annotations: { [SHARE]: 'pod', [TYPE]: 'tmpfs' } }],
    keeps: [{ volumes: [inMemory], annotations: { [SHARE]: 'pod', [TYPE]: 'tmpfs', 'dev.gvisor.empty-dir.data.force-shared': 'true' } }],
  },
  {
    rule: RULE.MEMORY_VOLUME_SIZE,
    on: 'strict',
    severity: 'warning',
    breaks: [],
    keeps: [{ volumes: [inMemory], annotations: { [SHARE]: 'pod', [TYPE]: 'tmpfs' } }],
  },
  {
    rule: RULE.SUB_PATH,
    on: 'kata',
    severity: 'warning',
    breaks: [{ volumes: [data], container: mount({ subPath: 'a' }) }, { volumes: [data], container: mount({ subPathExpr: 'a' }) }],
    keeps: [{ volumes: [data], container: mount() }],
  },
  { rule: RULE.SUB_PATH, on: 'gvisor', severity: 'warning', breaks: [], keeps: [{ volumes: [data], container: mount({ subPath: 'a' }) }] },
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.IMAGE_VOLUME, on, severity: 'warning', breaks: [{ volumes: [{ name: 'data', image: { reference: 'example.com/data:1' } }] }], keeps: [{ volumes: [data] }],
  })),
  {
    rule: RULE.SERVICE_MESH,
    on: 'gvisor',
    severity: 'warning',
    breaks: [
      annotated('sidecar.istio.io/inject'), { annotations: { 'linkerd.io/inject': 'enabled' } }, { spec: { initContainers: [{ name: 'istio-init', image: 'istio/proxyv2' }] } },
    ],
    keeps: [{ annotations: { 'sidecar.istio.io/inject': 'false' } }, { spec: { initContainers: [{ name: 'init', image: 'busybox' }] } }],
  },
  { rule: RULE.SERVICE_MESH, on: 'open', severity: 'warning', breaks: [], keeps: [annotated('sidecar.istio.io/inject')] },
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.WINDOWS,
    on,
    severity: 'error',
    breaks: [{ spec: { os: { name: 'windows' } } }, { spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } } }],
    keeps: [{ spec: { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' } } }],
  })),
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.ARCHITECTURE,
    on,
    severity: 'error',
    breaks: [{ spec: { nodeSelector: { 'kubernetes.io/arch': 'riscv64' } } }],
    keeps: [{ spec: { nodeSelector: { 'kubernetes.io/arch': 'amd64' } } }, { spec: { nodeSelector: { disk: 'ssd' } } }],
  })),
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.NODE_NAME,
    on,
    severity: 'warning',
    breaks: [{ spec: { nodeName: 'node-1' } }],
    keeps: [{ spec: { nodeSelector: { 'kubernetes.io/hostname': 'node-1' } } }],
  })),
  { rule: RULE.OVERHEAD, on: 'gvisor', severity: 'error', breaks: [{ spec: { overhead: { memory: '64Mi' } } }], keeps: [{}] },
  { rule: RULE.OVERHEAD, on: 'kata', severity: 'error', breaks: [{ spec: { overhead: { memory: '64Mi' } } }], keeps: [{ spec: { overhead: { cpu: '250m', memory: '320Mi' } } }] },
  {
    rule: RULE.SHARED_VOLUME,
    on: 'strict',
    severity: 'error',
    breaks: [{ volumes: [data], container: mount(), spec: { initContainers: [{ ...second, ...mount() }] } }],
    keeps: [{ volumes: [data], container: mount() }, { volumes: [data, { name: 'other', emptyDir: {} }], container: mount() }],
  },
  {
    rule: RULE.SHARED_VOLUME,
    on: 'gvisor',
    severity: 'error',
    breaks: [],
    keeps: [{ volumes: [data], container: mount(), spec: { initContainers: [{ ...second, ...mount() }] } }],
  },
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.UNTRUSTED_WORKLOAD,
    on,
    severity: 'error',
    breaks: [annotated('io.kubernetes.cri.untrusted-workload')],
    keeps: [{ annotations: { 'io.kubernetes.cri.untrusted-workload': 'false' } }],
  })),
  ...(['gvisor', 'kata'] as const).map((on): RuleCases => ({
    rule: RULE.KATA_CONFIG_PATH, on, severity: 'error', breaks: [annotated('io.katacontainers.config_path')], keeps: [annotated('io.katacontainers.fs-opt.layer')],
  })),
  {
    rule: RULE.DANGEROUS_ANNOTATION,
    on: 'open',
    severity: 'error',
    breaks: ['flag.host-uds', 'spec.rootfs.source', 'tar.rootfs.upper', 'tar.rootfs.upper.main', 'bundle.experimental-high-performance'].map((key) => annotated(`dev.gvisor.${key}`)),
    keeps: [annotated('dev.gvisor.flag.debug'), annotated('dev.gvisor.empty-dir.data.force-shared')],
  },
  {
    rule: RULE.INTERNAL_ANNOTATION,
    on: 'gvisor',
    severity: 'error',
    breaks: ['internal.checkpoint.path', 'spec.cgroup-parent', 'container-name-remap.1'].map((key) => annotated(`dev.gvisor.${key}`)),
    keeps: [annotated('example.com/dev.gvisor.internal')],
  },
  { rule: RULE.INTERNAL_ANNOTATION, on: 'kata', severity: 'error', breaks: [], keeps: [annotated('example.com/internal')] },
  {
    rule: RULE.UNREAD_ANNOTATION,
    on: 'gvisor',
    severity: 'error',
    breaks: ['dev.gvisor.flag.debug', 'dev.gvisor.empty-dir.data.force-shared', 'dev.gvisor.flag.host-uds', 'io.gvisor.flag.debug'].map((key) => annotated(key)),
    keeps: [annotated('dev.gvisor.flag.strace'), annotated('example.com/other')],
  },
  { rule: RULE.UNREAD_ANNOTATION, on: 'open', severity: 'error', breaks: [annotated('io.gvisor.flag.debug')], keeps: [annotated('dev.gvisor.flag.debug')] },
  {
    rule: RULE.UNREAD_ANNOTATION,
    on: 'kata',
    severity: 'error',
    breaks: [annotated('io.katacontainers.config.runtime.disable_new_netns'), annotated('io.katacontainers.config.agent.kernel_modules')],
    keeps: [annotated('example.com/other')],
  },
  {
    rule: RULE.FLAG_ANNOTATION,
    on: 'open',
    severity: 'error',
    breaks: ['network', 'file-access', 'directfs'].map((flag) => annotated(`dev.gvisor.flag.${flag}`)),
    keeps: [annotated('dev.gvisor.flag.strace'), annotated('dev.gvisor.flag.overlay2')],
  },
  {
    rule: RULE.MOUNT_HINT,
    on: 'gvisor',
    severity: 'error',
    breaks: [
      annotated(SHARE, TYPE), { ...annotated(SHARE, TYPE), volumes: [claim] },
      { ...annotated(SHARE), volumes: [data] }, { ...annotated(TYPE), volumes: [data] },
      { ...annotated(SHARE, TYPE), volumes: [{ name: 'data', hostPath: { path: '/srv' } }] },
    ],
    keeps: [{ ...annotated(SHARE, TYPE), volumes: [data] }],
  },
  {
    rule: RULE.MOUNT_HINT,
    on: 'open',
    severity: 'error',
    breaks: [{ ...annotated('dev.gvisor.spec.mount.a.b.share'), volumes: [data] }, { ...annotated('dev.gvisor.spec.mount.data.size'), volumes: [data] }],
    keeps: [{ ...annotated(SHARE, TYPE, 'dev.gvisor.spec.mount.data.options'), volumes: [data] }],
  },
];

/** The Pod of a case. */
export function podOf({ spec, container, volumes, annotations }: PodCase, runtimeClassName: string, name = 'web'): any {
  const main = { name: 'main', image: 'busybox', resources: { limits: { cpu: '1', memory: '512Mi' } }, ...container };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'team-a', ...annotations ? { annotations } : {} },
    spec: { runtimeClassName, containers: [main], ...volumes ? { volumes } : {}, ...spec },
  };
}
