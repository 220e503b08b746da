import { Chart, Testing } from 'cdk8s';
import { KataRelease, KataRuntime, KataShim, KataSize, KataSupport, type KataRuntimeProps, type KataShimProps } from '../../src';
import type { InstallPlan, RuntimePlan } from '../../src/installer/install-plan';
import { readToml } from '../../src/platform/toml';

const SUM = 'ab'.repeat(32);
const FORK = KataRelease.of('4.3.0', { runtimeRs: { amd64Sha256: SUM, arm64Sha256: SUM }, goRuntime: { amd64Sha256: SUM } });
const FIRECRACKER: KataShimProps = { hypervisor: 'firecracker', architectures: ['amd64'], components: ['firecracker', 'kernel', 'rootfs-image'] };

/** The manifests of a runtime with the shim, its plan and its drop-in. */
function installed(shim: KataShim, props: Partial<KataRuntimeProps> = {}): { runtimeClass: any; plan: RuntimePlan; dropIn: any } {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new KataRuntime(chart, 'kata', { release: FORK, shim, ...props });
  const manifests = chart.toJson();
  const data = Object.assign({}, ...manifests.filter(({ kind }) => kind === 'ConfigMap').map((map) => map.data));
  const [plan] = (JSON.parse(data['plan.json']) as InstallPlan).runtimes;
  return { runtimeClass: manifests.find(({ kind }) => kind === 'RuntimeClass'), plan, dropIn: readToml(data[plan.config.key]) };
}

test('a shim that the table lacks is installed like one of Kata\'s own', () => {
  const { runtimeClass, plan, dropIn } = installed(KataShim.of('rs-fc', FIRECRACKER));
  expect(runtimeClass).toMatchObject({ metadata: { name: 'kata-rs-fc' }, handler: 'kata-rs-fc', overhead: { podFixed: { memory: '130Mi', cpu: '250m' } } });
  expect(plan).toMatchObject({
    runtime: 'kata-rs-fc',
    runtimeType: 'io.containerd.kata-rs-fc.v2',
    shim: '/opt/sandbox-runtimes/kata-rs-fc/4.3.0/runtime-rs/bin/containerd-shim-kata-v2',
    baseConfig: { source: 'share/defaults/kata-containers/runtime-rs/configuration-rs-fc.toml' },
    shimFacts: { hypervisor: 'firecracker', staticSizing: true, defaults: { memory: 2048, vcpus: 1 }, guestOverhead: { memory: 32, vcpus: 0.2 } },
    requires: { devices: ['/dev/kvm'], memoryBytes: 2048 * 1024 * 1024 },
  });
  expect(plan.artifact).toMatchObject({
    archives: {
      amd64: {
        include: [
          'bin/firecracker',
          'bin/jailer',
          'runtime-rs/bin/containerd-shim-kata-v2',
          'share/defaults/kata-containers/runtime-rs/configuration-rs-fc.toml',
          'share/kata-containers/kata-containers.img',
          'share/kata-containers/vmlinux.container',
          'share/kata-containers/vmlinuz.container',
        ],
      },
    },
  });
  expect(dropIn).toEqual({ hypervisor: { firecracker: { enable_annotations: [] } } });
});

test.each<[object | undefined, string]>([
  [undefined, 'the shim "rs-fc" has no props; name its hypervisor and architectures, such as { hypervisor: \'qemu\', architectures: [\'amd64\'] }'],
  [{}, 'the shim "rs-fc" has no props'],
  [{ ...FIRECRACKER, architectures: 'amd64' }, 'architectures of the shim "rs-fc" must be a list of texts such as ["a", "b"], got "amd64"'],
  ...['components', 'componentsOnArm64', 'files', 'devices'].map((member): [object, string] => (
    [{ ...FIRECRACKER, [member]: 'kernel' }, `${member} of the shim "rs-fc" must be a list of texts such as ["a", "b"], got "kernel"`]
  )),
  ...['runtimeRs', 'staticSizing'].map((member): [object, string] => (
    [{ ...FIRECRACKER, [member]: 'false' }, `${member} of the shim "rs-fc" must be true or false, without quotes, got "false"`]
  )),
])('a shim with props of another type is refused, as JavaScript lets them through: %j', (props, message) => {
  expect(() => KataShim.of('rs-fc', props as any)).toThrow(message);
});

test('every fact that a record has can be given, and comes where it belongs', () => {
  const shim = KataShim.of('vmm-snp', {
    hypervisor: 'stratovirt',
    architectures: ['arm64', 'amd64'],
    overhead: { memory: '1Gi', cpu: '500m' },
    defaultMemory: 512,
    defaultVcpus: 2,
    overheadMemory: 64,
    overheadVcpus: 0.5,
    staticSizing: false,
    components: ['vmm', 'kernel'],
    componentsOnArm64: ['ovmf'],
    files: ['bin/stratovirt', 'share/stratovirt/'],
    shimPath: 'vmm/bin/containerd-shim-kata-v2',
    configurationFile: 'share/vmm/vmm.toml',
    kernelParams: 'quiet',
    snapshotter: 'nydus',
    nodeSelector: { 'example.com/vmm': 'true' },
    featureLabels: { 'feature.example.com/snp': 'true' },
    extendedResources: { 'example.com/keys': '1' },
    devices: ['/dev/kvm', '/dev/sev-guest'],
  });
  expect(shim).toMatchObject({ name: 'vmm-snp', handler: 'kata-vmm-snp', isRuntimeRs: true, architectures: ['amd64', 'arm64'], snapshotter: 'nydus', support: KataSupport.CUSTOM });
  const { runtimeClass, plan, dropIn } = installed(shim, {
    snapshotter: 'nydus', nodeFeatureDiscovery: true, kubeletAllowsLongRequests: true, kernelParams: ['debug'], size: KataSize.S, blockDeviceAio: 'native' as any,
  });
  expect(runtimeClass).toMatchObject({
    overhead: { podFixed: { 'memory': '1033Mi', 'cpu': '500m', 'example.com/keys': '1' } },
    scheduling: { nodeSelector: { 'example.com/vmm': 'true', 'feature.example.com/snp': 'true' } },
  });
  expect(plan).toMatchObject({
    shim: '/opt/sandbox-runtimes/kata-vmm-snp/4.3.0/vmm/bin/containerd-shim-kata-v2',
    baseConfig: { path: expect.stringMatching(/\/config\/kata-vmm-snp\/4\.3\.0-[0-9a-f]{8}\/vmm\.toml$/), source: 'share/vmm/vmm.toml' },
    shimFacts: { hypervisor: 'stratovirt', staticSizing: false, defaults: { memory: 512, vcpus: 2 }, guestOverhead: { memory: 64, vcpus: 0.5 } },
    requires: { devices: ['/dev/kvm', '/dev/sev-guest'], snapshotter: 'nydus' },
  });
  expect(plan.artifact).toMatchObject({
    required: ['vmm/bin/containerd-shim-kata-v2'],
    archives: {
      amd64: { include: expect.arrayContaining(['bin/stratovirt', 'share/stratovirt/', 'share/vmm/vmm.toml', 'vmm/bin/containerd-shim-kata-v2']) },
      arm64: { include: expect.arrayContaining(['share/aavmf/AAVMF_CODE.fd']) },
    },
  });
  expect(dropIn.hypervisor.stratovirt).toMatchObject({ kernel_params: 'quiet debug', overhead_memory: 64 + 8, block_device_aio: 'native' });
});

test('one of the Go runtime has the Go runtime\'s archive, program and sizes', () => {
  const { plan, dropIn } = installed(KataShim.of('clh-fork', { hypervisor: 'clh', architectures: ['amd64'], runtimeRs: false, components: ['cloud-hypervisor'] }));
  expect(plan).toMatchObject({ shim: expect.stringMatching(/4\.3\.0\/bin\/containerd-shim-kata-v2$/), shimFacts: { staticSizing: false } });
  expect(plan.artifact).toMatchObject({ archives: { amd64: { url: expect.stringMatching(/kata-go-static-4\.3\.0-amd64\.tar\.zst$/) } } });
  expect(plan.shimFacts).not.toHaveProperty('guestOverhead');
  expect(dropIn.hypervisor).toHaveProperty('clh');
});

test('a build of QEMU of its own is started with the firmware of its own', () => {
  const shim = KataShim.of('qemu-fork', { hypervisor: 'qemu', architectures: ['amd64'], components: ['qemu-fork', 'virtiofsd', 'kernel', 'rootfs-image'] });
  const { plan, dropIn, runtimeClass } = installed(shim);
  expect(plan.artifact).toMatchObject({
    required: ['libexec/virtiofsd', 'runtime-rs/bin/containerd-shim-kata-v2'],
    archives: { amd64: { include: expect.arrayContaining(['bin/qemu-system-x86_64-fork', 'share/kata-qemu-fork/']) } },
  });
  expect(dropIn.hypervisor.qemu.path).toBe(plan.programs![0].path);
  expect(runtimeClass.overhead.podFixed.memory).toBe('320Mi');
  expect(plan.requires.devices).toEqual(['/dev/kvm', '/dev/vhost-net', '/dev/vhost-vsock']);
});

test('a shim whose guests are elsewhere has no size and needs no device', () => {
  const { plan } = installed(KataShim.of('remote-fork', { hypervisor: 'remote', architectures: ['amd64'] }));
  expect(plan.shimFacts).not.toHaveProperty('defaults');
  expect(plan.requires).toMatchObject({ devices: [] });
  expect(plan.requires).not.toHaveProperty('memoryBytes');
});

test('a record is not changed by changing what it was made from', () => {
  const props = { ...FIRECRACKER, architectures: ['amd64'], devices: ['/dev/kvm'], nodeSelector: { a: 'b' } as { [label: string]: string } };
  const shim = KataShim.of('rs-fc', props);
  props.architectures.push('arm64');
  props.devices.push('/dev/null');
  props.nodeSelector.c = 'd';
  expect(shim._facts).toMatchObject({ architectures: ['amd64'], devices: ['/dev/kvm'], nodeSelector: { a: 'b' } });
});

test.each<[string, string, Partial<KataShimProps>, string]>([
  ['a name that Kata has', 'qemu-runtime-rs', {}, 'the shim "qemu-runtime-rs" is one of Kata\'s own; write KataShim.QEMU_RUNTIME_RS, or give a shim of a fork another name'],
  ['the handler for a name', 'kata-fc', {}, 'comes without "kata-", which handler and class begin with anyway, got "kata-fc"; write "fc"'],
  ['a name that is no label', 'RS_FC', {}, 'must be a DNS label of at most 58 characters such as "rs-fc", got "RS_FC"; write "rs-fc"'],
  ['a name that is too long', 'x'.repeat(59), {}, 'at most 58 characters'],
  ['a hypervisor that is no section', 'rs-fc', { hypervisor: '[qemu]' }, 'hypervisor of the shim "rs-fc" must be the name of a section such as "qemu", got "[qemu]"'],
  ['no architecture', 'rs-fc', { architectures: [] }, 'must be one or more of amd64, arm64, ppc64le, s390x, each once, got none'],
  ['an architecture by another name', 'rs-fc', { architectures: ['x86_64'] }, 'each once, got x86_64'],
  ['an architecture twice', 'rs-fc', { architectures: ['amd64', 'amd64'] }, 'each once, got amd64, amd64'],
  ['an overhead that is no quantity', 'rs-fc', { overhead: { memory: 'much' } }, 'overhead.memory must be a Kubernetes quantity'],
  ['no memory', 'rs-fc', { defaultMemory: 0 }, 'defaultMemory of the shim "rs-fc" must be a whole number of at least 1, got 0'],
  ['half a virtual CPU', 'rs-fc', { defaultVcpus: 0.5 }, 'defaultVcpus of the shim "rs-fc" must be a whole number of at least 1, got 0.5'],
  ['a negative overhead', 'rs-fc', { overheadVcpus: -1 }, 'overheadVcpus of the shim "rs-fc" must be a number of at least 0, got -1'],
  ['an overhead in the Go runtime', 'go-fc', { runtimeRs: false, overheadMemory: 64 }, 'has neither overhead_memory nor overhead_vcpus; leave overheadMemory and overheadVcpus out'],
  ['an archive for a component', 'rs-fc', { components: ['kata-static-qemu.tar.zst'] }, 'components of the shim "rs-fc" must be names such as "virtiofsd"'],
  ['a component that nobody knows', 'rs-fc', { components: ['stratovirt'] }, 'does not know what is in it; name its files, such as files: [\'bin/stratovirt\']'],
  ['an absolute file', 'rs-fc', { files: ['/opt/kata/bin/fc'] }, 'files of the shim "rs-fc" must be relative paths such as "bin/stratovirt", got "/opt/kata/bin/fc"'],
  ['a file outside of the release', 'rs-fc', { files: ['bin/../../fc'] }, 'must be relative paths'],
  ['an absolute shim', 'rs-fc', { shimPath: '/usr/bin/shim' }, 'shimPath of the shim "rs-fc" must be a relative path'],
  ['a configuration outside of the release', 'rs-fc', { configurationFile: '../x.toml' }, 'configurationFile of the shim "rs-fc" must be a relative path, got "../x.toml"'],
  ['a device that is none', 'rs-fc', { devices: ['kvm'] }, 'devices of the shim "rs-fc" must be device nodes such as "/dev/kvm", got "kvm"'],
  ['kernel parameters with a quote', 'rs-fc', { kernelParams: 'a="b"' }, 'kernelParams of the shim "rs-fc" must be words without quotes'],
  ['a snapshotter that is a path', 'rs-fc', { snapshotter: '/run/nydus' }, 'snapshotter of the shim "rs-fc" must be the name of a containerd snapshotter'],
])('is refused with %s', (_what, name, props, message) => {
  expect(() => KataShim.of(name, { ...FIRECRACKER, ...props })).toThrow(message);
});

test('takes an option that Kata\'s own shims with other hypervisors lack only where the hypervisor is unknown', () => {
  const shim = (hypervisor: string) => KataShim.of('fork', { hypervisor, architectures: ['amd64'] });
  expect(installed(shim('stratovirt'), { machineType: 'microvm' }).dropIn.hypervisor.stratovirt.machine_type).toBe('microvm');
  expect(() => installed(shim('clh'), { machineType: 'microvm' })).toThrow('machineType is an option of qemu, and the shim fork runs clh; leave it out');
});
