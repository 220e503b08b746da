import { parse } from '@iarna/toml';
import * as fc from 'fast-check';
import { renderKataConfig } from '../../src/runtime/kata-config';
import {
  KataBlockDeviceAio, KataBlockDeviceDriver, KataEmptyDirMode, KataInternetworkingModel, KataSharedFs, KataVirtioFsCache, type KataOptions,
} from '../../src/runtime/kata-options';
import { KATA_SETTINGS } from '../../src/runtime/kata-settings';
import { KataShim } from '../../src/runtime/kata-shim';
import { KataSize } from '../../src/runtime/kata-size';

const QEMU = '/opt/sandbox-runtimes/config/kata/4.2.0-12345678/qemu';
const render = (options?: KataOptions, shim = KataShim.QEMU_RUNTIME_RS, size?: KataSize): any => (
  parse(renderKataConfig({ shim, options, size, ...(shim._hypervisor === 'qemu' ? { qemu: QEMU } : {}) }))
);

test('without options a Pod may change nothing, and QEMU is started by our program', () => {
  expect(render()).toEqual({ hypervisor: { qemu: { path: QEMU, enable_annotations: [] } } });
});

test.each([
  [KataShim.CLH, 'clh'],
  [KataShim.CLH_RUNTIME_RS, 'clh'],
  [KataShim.DRAGONBALL, 'dragonball'],
  [KataShim.FC, 'firecracker'],
  [KataShim.OPENVMM_AZURE_RUNTIME_RS, 'openvmm'],
  [KataShim.REMOTE, 'remote'],
])('the options of a shim stand in the section of its hypervisor', (shim, section) => {
  expect(render({}, shim)).toEqual({ hypervisor: { [section]: { enable_annotations: [] } } });
});

test('every option is written to its section', () => {
  expect(render({
    defaultVcpus: 2,
    defaultMemory: 1024,
    defaultMaxvcpus: 8,
    overheadVcpus: 0.5,
    overheadMemory: 128,
    kernel: '/srv/vmlinux',
    image: '/srv/guest.img',
    kernelParams: ['quiet', 'loglevel=3'],
    machineType: 'q35',
    sharedFs: KataSharedFs.VIRTIO_FS,
    virtioFsCache: KataVirtioFsCache.ALWAYS,
    virtioFsCacheSize: 1024,
    blockDeviceDriver: KataBlockDeviceDriver.VIRTIO_BLK_PCI,
    blockDeviceAio: KataBlockDeviceAio.THREADS,
    enableHugepages: true,
    enableMemPrealloc: true,
    reclaimGuestFreedMemory: true,
    rootless: true,
    internetworkingModel: KataInternetworkingModel.MACVTAP,
    sandboxCgroupOnly: true,
    staticSandboxResourceMgmt: true,
    disableGuestSeccomp: false,
    emptydirMode: KataEmptyDirMode.BLOCK_PLAIN,
    kernelModules: ['e1000e EEE=1'],
    createContainerTimeout: 120,
    debug: true,
    debugConsole: true,
    agentHttpsProxy: 'http://proxy.example:3128',
    agentNoProxy: ['.svc', '10.0.0.0/8'],
    guestPull: true,
    enableAnnotations: ['default_vcpus'],
    extraConfig: '[hypervisor.qemu]\npcie_root_port = 2\n[runtime]\nenable_pprof = false\n',
  })).toEqual({
    hypervisor: {
      qemu: {
        path: QEMU,
        enable_annotations: ['default_vcpus'],
        default_vcpus: 2,
        default_memory: 1024,
        default_maxvcpus: 8,
        overhead_vcpus: 0.5,
        overhead_memory: 128,
        kernel: '/srv/vmlinux',
        image: '/srv/guest.img',
        machine_type: 'q35',
        shared_fs: 'virtio-fs',
        virtio_fs_cache: 'always',
        virtio_fs_cache_size: 1024,
        block_device_driver: 'virtio-blk-pci',
        block_device_aio: 'threads',
        enable_hugepages: true,
        enable_mem_prealloc: true,
        reclaim_guest_freed_memory: true,
        rootless: true,
        kernel_params: 'cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1 quiet loglevel=3 agent.https_proxy=http://proxy.example:3128 agent.no_proxy=.svc,10.0.0.0/8 '
          + 'agent.log=debug initcall_debug',
        enable_debug: true,
        pcie_root_port: 2,
      },
    },
    runtime: {
      internetworking_model: 'macvtap',
      sandbox_cgroup_only: true,
      static_sandbox_resource_mgmt: true,
      disable_guest_seccomp: false,
      emptydir_mode: 'block-plain',
      enable_debug: true,
      experimental: ['force_guest_pull'],
      enable_pprof: false,
    },
    agent: { kata: { kernel_modules: ['e1000e EEE=1'], debug_console_enabled: true, create_container_timeout: 120, enable_debug: true } },
  });
});

test('what the two runtimes keep in different places is written where the shim looks', () => {
  const go = render({ guestPull: true, createContainerTimeout: 90 }, KataShim.QEMU);
  expect(go.runtime).toEqual({ experimental_force_guest_pull: true, create_container_timeout: 90 });
  const rust = render({ guestPull: true, createContainerTimeout: 90 });
  expect(rust.runtime).toEqual({ experimental: ['force_guest_pull'] });
  expect(rust.agent.kata).toEqual({ create_container_timeout: 90 });
});

test('a size is four settings, and an option of one\'s own wins over it', () => {
  expect(render({ defaultVcpus: 3 }, KataShim.QEMU_RUNTIME_RS, KataSize.M).hypervisor.qemu).toMatchObject({
    default_vcpus: 3, default_memory: 2048, overhead_vcpus: 0.2, overhead_memory: 64,
  });
});

test('debugging a shim whose kernel parameters are not known leaves them alone', () => {
  expect(render({ debug: true }, KataShim.QEMU_COCO_DEV).hypervisor.qemu).toEqual({ path: QEMU, enable_annotations: [], enable_debug: true });
});

const refused: Array<[string, KataOptions, string, KataShim?]> = [
  ['overhead on the Go runtime, which would not start with it', { overheadMemory: 64 }, 'overheadMemory exists in runtime-rs only, and the shim qemu is of the other', KataShim.QEMU],
  ['a machine type without QEMU', { machineType: 'q35' }, 'machineType is an option of qemu, and the shim clh-runtime-rs runs clh', KataShim.CLH_RUNTIME_RS],
  ['shared files with Firecracker', { sharedFs: KataSharedFs.NONE }, 'sharedFs is an option of clh, dragonball, openvmm, qemu', KataShim.FC],
  ['Dragonball\'s file system elsewhere', { sharedFs: KataSharedFs.INLINE_VIRTIO_FS }, 'sharedFs "inline-virtio-fs" is not of the shim qemu-runtime-rs'],
  ['virtiofsd with Dragonball', { sharedFs: KataSharedFs.VIRTIO_FS }, 'sharedFs "virtio-fs" is not of the shim dragonball', KataShim.DRAGONBALL],
  ['half a processor', { defaultVcpus: 0.5 }, 'defaultVcpus must be a whole number of at least 1, got 0.5'],
  ['memory in GiB', { defaultMemory: 2 }, 'defaultMemory must be a whole number of at least 128, got 2'],
  ['a fraction that no scheduler knows', { overheadVcpus: 1e-7 }, 'overheadVcpus must be a number of at least 0 with at most three decimals, got 1e-7'],
  ['a relative kernel', { kernel: 'vmlinux' }, 'kernel must be an absolute path, got "vmlinux"'],
  ['two parameters in one', { kernelParams: ['a b'] }, 'a kernel parameter is one word without quotes and backslashes, got "a b"'],
  ['a parameter with a quote', { kernelParams: ['x="y"'] }, 'a kernel parameter is one word'],
  ['parameters where Kata\'s own are not known', { kernelParams: ['quiet'] }, 'the kernel parameters that Kata ships for qemu-coco-dev are not known', KataShim.QEMU_COCO_DEV],
  ['a proxy with a password', { agentHttpsProxy: 'http://me:secret@proxy' }, 'without credentials, which anybody on the node could read, got "http://...@proxy"'],
  ['hosts without a proxy', { agentNoProxy: ['.svc'] }, 'agentNoProxy is given (.svc) but agentHttpsProxy is not'],
  ['a timeout of nothing', { createContainerTimeout: 0 }, 'createContainerTimeout must be a whole number of at least 1, got 0'],
  ['a whole annotation', { enableAnnotations: ['io.katacontainers.config.hypervisor.path'] }, 'write only what follows "io.katacontainers.config.hypervisor."'],
  ['an expression that is none', { enableAnnotations: ['(vcpus'] }, 'or regular expressions, got "(vcpus"'],
  ['a module with a comma', { kernelModules: ['a;b'] }, 'kernelModules must be a list of kernel modules'],
  ['text that is no TOML', { extraConfig: 'a = ' }, 'extraConfig is not TOML'],
  ['another hypervisor\'s section', { extraConfig: '[hypervisor.clh]\nx = 1' }, 'has the section [hypervisor.clh], and the shim qemu-runtime-rs reads [hypervisor.qemu]'],
  ['a key with an option of its own', { extraConfig: '[runtime]\nsandbox_cgroup_only = true' }, 'sets runtime.sandbox_cgroup_only, which has an option of its own; set sandboxCgroupOnly'],
  ['annotations by the back door', { extraConfig: '[hypervisor.qemu]\nenable_annotations = [".*"]' }, 'set enableAnnotations instead'],
  ['QEMU by another path', { extraConfig: '[hypervisor.qemu]\npath = "/usr/bin/qemu"' }, 'extraConfig sets hypervisor.qemu.path, which other options set already'],
  ['a path where nothing is', { extraConfig: '[hypervisor.qemu]\ninitrd = "/opt/kata/initrd"' }, 'must not contain "/opt/kata", where nothing is installed'],
  ['a template', { extraConfig: 'a = "{{ .x }}"' }, 'must not contain "{{", which Helm would take for a template'],
];

test.each(refused.map(([what, ...given]) => ({ what, given })))('refuses $what', ({ given: [options, message, shim] }) => {
  expect(() => render(options, shim)).toThrow(message);
});

test('writes the numbers of extraConfig as the user wrote them: a fraction stays one', () => {
  const text = renderKataConfig({
    shim: KataShim.QEMU_RUNTIME_RS, qemu: QEMU, options: { defaultVcpus: 2, extraConfig: '[runtime]\nwhole = 1\nfraction = 1.0\nsmall = 1e-9\nlarge = 9007199254740993\n' },
  });
  expect(text).toMatch(/^whole = 1\nfraction = 1\.0\nsmall = 1e-9\nlarge = 9007199254740993$/m);
  expect(text).toMatch(/^default_vcpus = 2$/m);
});

test('whatever is accepted reads back as it was meant, and never names the folder that Kata is built for', () => {
  const options = fc.record<KataOptions>({
    defaultVcpus: fc.integer({ min: 1, max: 512 }),
    defaultMemory: fc.integer({ min: 128, max: 2 ** 24 }),
    overheadVcpus: fc.integer({ min: 0, max: 8000 }).map((thousandths) => thousandths / 1000),
    sandboxCgroupOnly: fc.boolean(),
    kernelParams: fc.array(fc.stringMatching(/^[a-z0-9_.=,-]{1,20}$/), { minLength: 1, maxLength: 4 }),
  }, { requiredKeys: [] });
  fc.assert(fc.property(options, (given) => {
    const text = renderKataConfig({ shim: KataShim.QEMU_RUNTIME_RS, qemu: QEMU, options: given });
    const { hypervisor: { qemu }, runtime = {} }: any = parse(text);
    expect(text).not.toContain('/opt/kata/');
    for (const [option, { section, key }] of Object.entries(KATA_SETTINGS)) {
      const value = given[option as keyof KataOptions];
      if (value !== undefined) expect((section === 'hypervisor' ? qemu : runtime)[key]).toEqual(value);
    }
    if (given.kernelParams) expect(qemu.kernel_params).toMatch(/^cgroup_no_v1=all systemd\.unified_cgroup_hierarchy=1 /);
  }));
});
