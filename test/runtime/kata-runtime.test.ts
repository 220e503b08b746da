import { parse } from '@iarna/toml';
import { Chart, Duration, Testing } from 'cdk8s';
import {
  GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KataShim, KataSize, KataSizes, KubeletSettings, NodeInstaller, type KataRuntimeProps,
} from '../../src';
import { sha256 } from '../../src/installer/plan-hash';

const release = KataRelease.V4_2_0;
const chartOf = () => new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });

function read(chart: Chart) {
  const objects = Testing.synth(chart);
  const data = (suffix: string) => objects.find((o) => o.kind === 'ConfigMap' && o.metadata.name.endsWith(suffix)).data;
  return {
    objects,
    runtimes: JSON.parse(data('-plan')['plan.json']).runtimes as any[],
    files: data('-files') as Record<string, string>,
    classes: objects.filter((o) => o.kind === 'RuntimeClass'),
  };
}

function synth(props: Partial<KataRuntimeProps> = {}) {
  const chart = chartOf();
  const runtime = new KataRuntime(chart, 'kata', { release, ...props });
  const { objects, runtimes: [plan], files, classes: [runtimeClass] } = read(chart);
  const table = (version: 'v2' | 'v3') => parse(files[plan.tables[version]]) as any;
  return { runtime, objects, plan, files, runtimeClass, table, config: parse(files[plan.config.key]) as any };
}

test.each(['latest', '4.2.0', undefined])('the release %j, which plain JavaScript can give, is refused by name', (given) => {
  expect(() => new KataRuntime(chartOf(), 'kata', { release: given as any })).toThrow('release of sandbox/kata must be a KataRelease such as KataRelease.V4_2_0');
});

describe('the class', () => {
  test('is named like the handler and reserves what Kata documents for the shim', () => {
    expect(synth().runtimeClass).toEqual({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'kata-qemu-runtime-rs' },
      handler: 'kata-qemu-runtime-rs',
      overhead: { podFixed: { memory: '320Mi', cpu: '250m' } },
      scheduling: { nodeSelector: { 'sandbox-runtimes.node-restriction.kubernetes.io/kata-qemu-runtime-rs': 'ready' } },
    });
  });

  test('may be an alias, as Kata\'s older documentation has it', () => {
    expect(synth({ runtimeClassName: 'kata' }).runtimeClass).toMatchObject({ metadata: { name: 'kata' }, handler: 'kata-qemu-runtime-rs' });
  });

  test('reserves what was measured instead, if that was said', () => {
    expect(synth({ overhead: { memory: '400Mi' } }).runtimeClass.overhead).toEqual({ podFixed: { memory: '400Mi' } });
  });

  test('selects nodes with the hardware, by the labels that its operators set', () => {
    const gpu = { release, shim: KataShim.QEMU_NVIDIA_GPU_RUNTIME_RS };
    expect(synth(gpu).runtimeClass.scheduling.nodeSelector).toEqual({
      'sandbox-runtimes.node-restriction.kubernetes.io/kata-qemu-nvidia-gpu-runtime-rs': 'ready', 'nvidia.com/cc.ready.state': 'false',
    });
  });

  test('takes a countable key of the hardware only where Node Feature Discovery counts it', () => {
    const snp = { shim: KataShim.QEMU_SNP_RUNTIME_RS, snapshotter: 'nydus', kubeletAllowsLongRequests: true };
    expect(synth(snp).runtimeClass.overhead.podFixed).toEqual({ memory: '2048Mi', cpu: '1' });
    const { runtime, runtimeClass } = synth({ ...snp, nodeFeatureDiscovery: true });
    expect(runtimeClass.overhead.podFixed).toEqual({ 'memory': '2048Mi', 'cpu': '1', 'sev-snp.amd.com/esids': '1' });
    expect(runtime.nodeSelector).toMatchObject({ 'amd.feature.node.kubernetes.io/snp': 'true' });
  });
});

describe('the configuration', () => {
  test('is a folder of the handler\'s own, with a copy of the shipped file and our drop-in beside it', () => {
    const { plan } = synth();
    const folder = `/opt/sandbox-runtimes/config/kata-qemu-runtime-rs/4.2.0-${plan.config.sha256.slice(0, 8)}`;
    expect(plan.config.path).toBe(`${folder}/config.d/50-sandbox-runtimes.toml`);
    expect(plan.baseConfig).toEqual({
      path: `${folder}/configuration-qemu-runtime-rs.toml`,
      source: 'share/defaults/kata-containers/runtime-rs/configuration-qemu-runtime-rs.toml',
      builtFor: '/opt/kata',
    });
  });

  test('moves to another folder when an option changes, and the old one stays as it is for the Pods that run', () => {
    const [one, other] = [synth(), synth({ defaultMemory: 1024 })];
    expect(one.plan.baseConfig.path).not.toBe(other.plan.baseConfig.path);
    expect(synth().plan).toEqual(one.plan);
  });

  test('starts QEMU by a program that knows where the release lies', () => {
    const { plan: { programs: [starter], artifact }, files, config } = synth();
    expect(config.hypervisor.qemu.path).toBe(starter.path);
    expect(starter.sha256).toBe(sha256(files[starter.key]));
    expect(files[starter.key]).toContain(`-L ${artifact.directory}/share/kata-qemu/qemu`);
  });

  test('needs no such program for another monitor', () => {
    expect(synth({ shim: KataShim.CLH_RUNTIME_RS }).plan).not.toHaveProperty('programs');
  });

  test('of two handlers of one shim shares nothing but the release', () => {
    const chart = chartOf();
    new KataRuntime(chart, 'a', { release });
    new KataRuntime(chart, 'b', { release, suffix: 'debug', debug: true });
    const [a, b] = read(chart).runtimes;
    expect(a.artifact).toEqual(b.artifact);
    const paths = ({ config, baseConfig, programs }: any) => [config.path, baseConfig.path, programs[0].path];
    expect(new Set([...paths(a), ...paths(b)]).size).toBe(6);
  });
});

describe('the runtime table', () => {
  test('names shim and configuration, and lets no device and no annotation of a Pod through', () => {
    const { plan, table } = synth();
    const { runtimes } = table('v3').plugins['io.containerd.cri.v1.runtime'].containerd;
    expect(runtimes['kata-qemu-runtime-rs']).toEqual({
      runtime_type: 'io.containerd.kata-qemu-runtime-rs.v2',
      runtime_path: '/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.2.0/runtime-rs/bin/containerd-shim-kata-v2',
      privileged_without_host_devices: true,
      container_annotations: ['io.kubernetes.container.terminationMessage*'],
      options: { ConfigPath: plan.baseConfig.path },
    });
    expect(Object.keys(table('v3').plugins)).toEqual(['io.containerd.cri.v1.runtime']);
  });

  test('names the snapshotter, of the images too', () => {
    const { table, plan } = synth({ shim: KataShim.FC, snapshotter: 'devmapper' });
    expect(table('v2').plugins['io.containerd.grpc.v1.cri'].containerd.runtimes['kata-fc'].snapshotter).toBe('devmapper');
    for (const version of ['v2', 'v3'] as const) {
      expect(table(version).plugins['io.containerd.cri.v1.images']).toEqual({ runtime_platforms: { 'kata-fc': { snapshotter: 'devmapper' } } });
    }
    expect(Object.keys(table('v2').plugins)).toEqual(['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images']);
    expect(plan.requires.snapshotter).toBe('devmapper');
  });

  test('lets through the annotations that were named', () => {
    const annotation = 'io.katacontainers.config.hypervisor.default_vcpus';
    const { table, config } = synth({ podAnnotations: [annotation], enableAnnotations: ['default_vcpus'] });
    expect(table('v2').plugins['io.containerd.grpc.v1.cri'].containerd.runtimes['kata-qemu-runtime-rs'].pod_annotations).toEqual([annotation]);
    expect(config.hypervisor.qemu.enable_annotations).toEqual(['default_vcpus']);
  });
});

describe('what is of another type is refused, as JavaScript lets it through', () => {
  test.each<[object, string]>([
    ...['nodeFeatureDiscovery', 'kubeletAllowsLongRequests', 'guestPull', 'debug', 'allowWildcardPodAnnotations'].map((member): [object, string] => (
      [{ [member]: 'false' }, `${member} of sandbox/kata must be true or false, without quotes, got "false"`]
    )),
    ...['podAnnotations', 'enableAnnotations', 'kernelParams', 'agentNoProxy'].map((member): [object, string] => (
      [{ [member]: 'quiet' }, `${member} of sandbox/kata must be a list of texts such as ["a", "b"], got "quiet"`]
    )),
    [{ agentHttpsProxy: 5 }, 'agentHttpsProxy of sandbox/kata must be text, got 5'],
    [{ extraConfig: {} }, 'extraConfig of sandbox/kata must be text, got {}'],
    [{ defaultMemory: NaN }, 'defaultMemory must be a whole number of at least 128, got NaN'],
  ])('%j', (props, message) => {
    expect(() => synth(props)).toThrow(message);
  });
});

test('a node has to have the devices, the disk and the memory', () => {
  expect(synth().plan.requires).toEqual({
    kernel: '5.1',
    containerd: { minimum: '1.7.0', broken: [] },
    devices: ['/dev/kvm', '/dev/vhost-net', '/dev/vhost-vsock'],
    sysctls: [],
    noSelinux: false,
    freeBytes: 2_500_000_000,
    memoryBytes: 2048 * 1024 * 1024,
  });
  expect(synth({ shim: KataShim.CLH_RUNTIME_RS, defaultMemory: 256 }).plan.requires).toMatchObject({ devices: ['/dev/kvm'], memoryBytes: 256 * 1024 * 1024 });
  expect(synth({ shim: KataShim.CLH_RUNTIME_RS, snapshotter: 'erofs', kubeletAllowsLongRequests: true }).plan.requires.containerd.minimum).toBe('2.2.0');
});

test('gVisor and three Kata shims are one installer with four handlers', () => {
  const chart = chartOf();
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  for (const [id, shim] of Object.entries({ qemu: KataShim.QEMU_RUNTIME_RS, clh: KataShim.CLH_RUNTIME_RS, dragonball: KataShim.DRAGONBALL })) {
    new KataRuntime(chart, id, { release, shim });
  }
  const { objects, runtimes } = read(chart);
  expect(objects.filter((o) => o.kind === 'DaemonSet')).toHaveLength(1);
  expect(runtimes.map(({ handler }) => handler)).toEqual(['kata-clh-runtime-rs', 'kata-dragonball', 'kata-qemu-runtime-rs', 'runsc']);
  expect(new Set(runtimes.map(({ artifact }) => artifact.directory)).size).toBe(4);
});

test('removing one of several leaves the plan and the files of the others as they were', () => {
  const withShims = (...shims: KataShim[]) => {
    const chart = chartOf();
    shims.forEach((shim) => new KataRuntime(chart, shim.name, { release, shim }));
    return read(chart);
  };
  const three = withShims(KataShim.CLH_RUNTIME_RS, KataShim.DRAGONBALL, KataShim.QEMU_RUNTIME_RS);
  const two = withShims(KataShim.CLH_RUNTIME_RS, KataShim.QEMU_RUNTIME_RS);
  expect(two.runtimes).toEqual(three.runtimes.filter(({ handler }) => handler !== 'kata-dragonball'));
  expect(two.files).toEqual(Object.fromEntries(Object.entries(three.files).filter(([key]) => !key.startsWith('kata-dragonball'))));
});

test('two releases stand side by side', () => {
  const chart = chartOf();
  const next = KataRelease.of('4.3.0', { runtimeRs: { amd64Sha256: 'ab'.repeat(32) } });
  new KataRuntime(chart, 'now', { release });
  new KataRuntime(chart, 'next', { release: next, suffix: 'next' });
  const { runtimes } = read(chart);
  expect(runtimes.map(({ handler, artifact }) => [handler, artifact.directory])).toEqual([
    ['kata-qemu-runtime-rs', '/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.2.0'],
    ['kata-qemu-runtime-rs-next', '/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.3.0'],
  ]);
});

describe('sizes', () => {
  test('are four classes of one shim, each of which reserves what its guests get', () => {
    const chart = chartOf();
    const sizes = new KataSizes(chart, 'kata', { release, runtimeClassName: 'kata' });
    const { classes, runtimes, files } = read(chart);
    expect([sizes.s, sizes.m, sizes.l, sizes.xl].map(({ runtimeClassName, handler }) => [runtimeClassName, handler])).toEqual([
      ['kata-s', 'kata-qemu-runtime-rs-s'], ['kata-m', 'kata-qemu-runtime-rs-m'], ['kata-l', 'kata-qemu-runtime-rs-l'], ['kata-xl', 'kata-qemu-runtime-rs-xl'],
    ]);
    for (const { handler, config } of runtimes) {
      const runtimeClass = classes.find((o) => o.handler === handler)!;
      const { overhead_memory: guest } = (parse(files[config.key]) as any).hypervisor.qemu;
      expect(parseInt(runtimeClass.overhead.podFixed.memory, 10)).toBeGreaterThan(guest);
    }
    expect(new Set(runtimes.map(({ artifact }) => artifact.directory)).size).toBe(1);
  });

  test('take no size and no overhead of their own', () => {
    expect(() => new KataSizes(chartOf(), 'kata', { release, size: KataSize.S })).toThrow('sandbox/kata has all four sizes, and size "s" is given');
    expect(() => new KataSizes(chartOf(), 'kata', { release, overhead: { cpu: '1' } })).toThrow('sandbox/kata gives each size an overhead of its own');
  });
});

describe('images that are pulled in the guest', () => {
  const kubelet = (minutes: number) => new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(minutes) });
  const runtime = (minutes?: number, props: Partial<KataRuntimeProps> = {}) => {
    const chart = chartOf();
    new NodeInstaller(chart, 'installer', minutes === undefined ? {} : { kubelet: kubelet(minutes) });
    return new KataRuntime(chart, 'kata', { release, guestPull: true, ...props });
  };

  test('need a kubelet that waits', () => {
    expect(() => runtime(10)).not.toThrow();
    expect(() => runtime(undefined, { kubeletAllowsLongRequests: true })).not.toThrow();
  });

  test.each<[number | undefined, string]>([[undefined, 'does not say so'], [9, 'has it wait 9 minutes']])('are refused with %s minutes, and the error says how to set more', (minutes, given) => {
    expect(() => runtime(minutes)).toThrow(`at least 10 minutes, and sandbox/installer ${given}; `
      + 'give the NodeInstaller kubelet: new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15) }), before the first runtime');
  });

  test('are also those of nydus', () => {
    expect(() => runtime(undefined, { guestPull: false, shim: KataShim.QEMU_COCO_DEV_RUNTIME_RS, snapshotter: 'nydus-for-kata-tee' })).toThrow('at least 10 minutes');
  });
});

test.each<[string, Partial<KataRuntimeProps>, string]>([
  ['a shim whose architecture the release does not have', { shim: KataShim.QEMU_SE_RUNTIME_RS }, 'define the release with one: KataRelease.of(\'4.2.0\', { runtimeRs: { ... } })'],
  ['a Go shim without its archive', { shim: KataShim.QEMU, release: KataRelease.of('4.3.0', { runtimeRs: { amd64Sha256: 'ab'.repeat(32) } }) }, '{ goRuntime: { ... } })'],
  ['Firecracker without its snapshotter', { shim: KataShim.FC }, 'needs the snapshotter devmapper, which containerd does not have by itself'],
  ['a snapshotter that is no name', { snapshotter: 'dev mapper' }, 'snapshotter must be the name of a containerd snapshotter such as "overlayfs", got "dev mapper"'],
  ['a suffix beside a handler', { suffix: 'a', handler: 'kata-b' }, 'suffix "a" has no effect with handler "kata-b"; leave one of them out'],
  ['a suffix that no handler may have', { suffix: 'Next_1' }, 'such as "next", got "Next_1"; write "next-1"'],
  ['a handler of Kata 1', { handler: 'kata-runtime' }, 'Kata 1.x as an OCI runtime beside runc'],
  ['less overhead than the guest gets', { overheadMemory: 400 }, 'reserves 320Mi for each Pod (overhead), and the guest alone gets 400Mi'],
  ['an overhead without memory', { overhead: { cpu: '250m' } }, 'reserves no memory for each Pod (overhead), and the guest alone gets 32Mi'],
  ['a size on the Go runtime', { shim: KataShim.QEMU, size: KataSize.S }, 'the size "s" needs a shim of runtime-rs'],
  ['annotations of the runtime', { podAnnotations: ['io.katacontainers.*'] }, 'has the wildcard "io.katacontainers.*"'],
])('refuses %s', (_what, props, message) => {
  expect(() => synth(props)).toThrow(message);
});
