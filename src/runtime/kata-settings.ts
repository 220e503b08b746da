import {
  KataBlockDeviceAio, KataBlockDeviceDriver, KataEmptyDirMode, KataInternetworkingModel, KataSharedFs, KataVirtioFsCache, type KataOptions,
} from './kata-options';
import type { KataHypervisorName } from './kata-shims';

/** What a setting takes. */
export type KataValue =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'number'; readonly min: number; readonly whole: boolean }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'text'; readonly pattern: RegExp; readonly form: string }
  | { readonly kind: 'list'; readonly pattern: RegExp; readonly form: string };

/** An option that is one key of Kata's configuration file. */
export interface KataSetting {
  /** `hypervisor` stands for `hypervisor.<that of the shim>`, `agent` for `agent.kata`. */
  readonly section: 'hypervisor' | 'runtime' | 'agent';
  readonly key: string;
  readonly value: KataValue;
  /** Where the key exists; a Go shim does not start with one that it does not know, runtime-rs passes over it. */
  readonly hypervisors?: readonly KataHypervisorName[];
  readonly runtimes?: 'rust' | 'go';
}

const BOOLEAN: KataValue = { kind: 'boolean' };
const ABSOLUTE_PATH: KataValue = { kind: 'text', pattern: /^\/[\w./@+-]+$/, form: 'an absolute path' };
const LOCAL: readonly KataHypervisorName[] = ['clh', 'dragonball', 'firecracker', 'openvmm', 'qemu'];
const WITH_SHARED_FS: readonly KataHypervisorName[] = ['clh', 'dragonball', 'openvmm', 'qemu'];

function whole(min: number): KataValue {
  return { kind: 'number', min, whole: true };
}

function fraction(min: number): KataValue {
  return { kind: 'number', min, whole: false };
}

function choice(of: { readonly [member: string]: string }): KataValue {
  return { kind: 'choice', of: Object.values(of) };
}

/** Options that stand for more than one key, or for a part of one. */
type Composed = 'kernelParams' | 'debug' | 'agentHttpsProxy' | 'agentNoProxy' | 'guestPull' | 'createContainerTimeout' | 'enableAnnotations' | 'extraConfig';

/**
 * The options that are one key each.
 * Source: the keys of the configuration templates in kata-containers/kata-containers at 4.1.0, src/runtime-rs/config and
 * src/runtime/config, and the comments beside them.
 */
export const KATA_SETTINGS: { readonly [option in keyof Omit<KataOptions, Composed>]-?: KataSetting } = {
  defaultVcpus: { section: 'hypervisor', key: 'default_vcpus', value: whole(1), hypervisors: LOCAL },
  defaultMemory: { section: 'hypervisor', key: 'default_memory', value: whole(128), hypervisors: LOCAL },
  defaultMaxvcpus: { section: 'hypervisor', key: 'default_maxvcpus', value: whole(0), hypervisors: LOCAL },
  overheadVcpus: { section: 'hypervisor', key: 'overhead_vcpus', value: fraction(0), runtimes: 'rust' },
  overheadMemory: { section: 'hypervisor', key: 'overhead_memory', value: whole(0), runtimes: 'rust' },
  kernel: { section: 'hypervisor', key: 'kernel', value: ABSOLUTE_PATH, hypervisors: LOCAL },
  image: { section: 'hypervisor', key: 'image', value: ABSOLUTE_PATH, hypervisors: LOCAL },
  machineType: {
    section: 'hypervisor',
    key: 'machine_type',
    hypervisors: ['qemu'],
    value: { kind: 'text', pattern: /^[a-z0-9][\w.-]*$/, form: 'a machine type of QEMU such as "q35"' },
  },
  sharedFs: { section: 'hypervisor', key: 'shared_fs', value: choice(KataSharedFs), hypervisors: WITH_SHARED_FS },
  virtioFsCache: { section: 'hypervisor', key: 'virtio_fs_cache', value: choice(KataVirtioFsCache), hypervisors: WITH_SHARED_FS },
  virtioFsCacheSize: { section: 'hypervisor', key: 'virtio_fs_cache_size', value: whole(0), hypervisors: WITH_SHARED_FS },
  blockDeviceDriver: { section: 'hypervisor', key: 'block_device_driver', value: choice(KataBlockDeviceDriver), hypervisors: ['qemu'] },
  blockDeviceAio: { section: 'hypervisor', key: 'block_device_aio', value: choice(KataBlockDeviceAio), hypervisors: ['qemu'] },
  enableHugepages: { section: 'hypervisor', key: 'enable_hugepages', value: BOOLEAN, hypervisors: LOCAL },
  enableMemPrealloc: { section: 'hypervisor', key: 'enable_mem_prealloc', value: BOOLEAN, hypervisors: ['firecracker', 'openvmm', 'qemu'] },
  reclaimGuestFreedMemory: { section: 'hypervisor', key: 'reclaim_guest_freed_memory', value: BOOLEAN, hypervisors: WITH_SHARED_FS },
  rootless: { section: 'hypervisor', key: 'rootless', value: BOOLEAN, hypervisors: ['clh', 'openvmm', 'qemu'] },
  internetworkingModel: { section: 'runtime', key: 'internetworking_model', value: choice(KataInternetworkingModel), hypervisors: LOCAL },
  sandboxCgroupOnly: { section: 'runtime', key: 'sandbox_cgroup_only', value: BOOLEAN },
  staticSandboxResourceMgmt: { section: 'runtime', key: 'static_sandbox_resource_mgmt', value: BOOLEAN, hypervisors: LOCAL },
  disableGuestSeccomp: { section: 'runtime', key: 'disable_guest_seccomp', value: BOOLEAN },
  emptydirMode: { section: 'runtime', key: 'emptydir_mode', value: choice(KataEmptyDirMode) },
  kernelModules: {
    section: 'agent',
    key: 'kernel_modules',
    hypervisors: ['firecracker', 'qemu'],
    value: { kind: 'list', pattern: /^[\w-]+( [\w.=,:-]+)*$/, form: 'kernel modules with their parameters such as "e1000e EEE=1"' },
  },
  debugConsole: { section: 'agent', key: 'debug_console_enabled', value: BOOLEAN },
};
