/**
 * Kata Containers' shims: one record for each, with what a node, a class and a scheduler have to know of it.
 *
 * Source, unless said otherwise: kata-containers/kata-containers at 4.1.0, tools/packaging/kata-deploy:
 * helm-chart/kata-deploy/templates/runtimeclasses.yaml and values.yaml (architectures, overhead, snapshotter, labels),
 * shim-components.json (components, and the architectures that there is a payload for); src/runtime-rs/Makefile and
 * src/runtime/Makefile with the configuration templates beside them (everything that is in a configuration file).
 */
export interface KataShimFacts {
  readonly name: string;
  /** Whether the shim is the one of runtime-rs (Rust); the other one, in Go, is deprecated since 4.0. */
  readonly rust: boolean;
  /** What the shim needs that neither Kata nor an installer brings; absent where any node with virtualization will do. */
  readonly special?: string;
  /** Section of the configuration file: `[hypervisor.<hypervisor>]`. */
  readonly hypervisor: string;
  /**
   * Kubernetes' names. Those that Kata's chart offers and that Kata has a payload for: where the two disagree (the chart
   * leaves out arm64 for Cloud Hypervisor, Dragonball and Firecracker, the payload for qemu-nvidia-gpu-runtime-rs), one
   * of them has never been tried.
   */
  readonly architectures: readonly string[];
  /** `overhead.podFixed` of Kata's own RuntimeClass. */
  readonly podFixed: { readonly memory: string; readonly cpu: string };
  /** Size of the virtual machine of a Pod without limits. Absent where the machine is not on the node. */
  readonly defaults?: { readonly memory: number; readonly vcpus: number };
  /** `overhead_memory` (MiB) and `overhead_vcpus`, which only runtime-rs has: what a machine gets beyond the Pod's limits. */
  readonly guestOverhead?: { readonly memory: number; readonly vcpus: number };
  /** Whether the machine gets its size before it boots (`static_sandbox_resource_mgmt`). */
  readonly staticSizing: boolean;
  /** Components of Kata's archive that the shim does not start without; what they consist of says kata-components.ts. */
  readonly components: readonly string[];
  /** Components that only arm64 needs: QEMU has its firmware built in elsewhere. */
  readonly componentsOnArm64?: readonly string[];
  /** Files and folders (with a `/` at the end) of no known component, below `opt/kata`. */
  readonly files?: readonly string[];
  /** Where shim and configuration file lie below `opt/kata`, if not where those of their runtime do. */
  readonly shimPath?: string;
  readonly configurationFile?: string;
  /** The shipped `kernel_params`, which a drop-in can only replace; absent where they are not known for sure. */
  readonly kernelParams?: string;
  /** The shipped `enable_annotations`. */
  readonly annotations: readonly string[];
  /** Snapshotter that the nodes need beside containerd's own. */
  readonly snapshotter?: string;
  /** Labels of the nodes that have the hardware, set by its own operator. */
  readonly nodeSelector?: { readonly [label: string]: string };
  /** Labels of the nodes that have the hardware, set by Node Feature Discovery. */
  readonly featureLabels?: { readonly [label: string]: string };
  /** What a Pod takes of a node's countable hardware, where Node Feature Discovery counts it. */
  readonly extendedResources?: { readonly [name: string]: string };
  /** Device nodes that the shim opens. */
  readonly devices: readonly string[];
}

/** The sections `[hypervisor.<name>]` that the configuration files of Kata's own shims have. */
export const KATA_HYPERVISORS = ['clh', 'dragonball', 'firecracker', 'openvmm', 'qemu', 'remote'] as const;

export type KataHypervisorName = typeof KATA_HYPERVISORS[number];

export type KataComponent =
  | 'cloud-hypervisor' | 'firecracker' | 'openvmm' | 'qemu' | 'qemu-no-shared-fs' | 'qemu-snp-experimental' | 'qemu-tdx-experimental'
  | 'virtiofsd' | 'kernel' | 'kernel-dragonball-experimental' | 'kernel-nvidia-gpu' | 'ovmf' | 'ovmf-sev' | 'ovmf-tdx'
  | 'rootfs-image' | 'rootfs-image-confidential' | 'rootfs-image-coco-extension' | 'rootfs-image-mariner' | 'rootfs-image-nvidia'
  | 'rootfs-image-nvidia-gpu' | 'rootfs-image-nvidia-gpu-confidential' | 'rootfs-image-nvidia-gpu-extension'
  | 'rootfs-initrd' | 'rootfs-initrd-confidential' | 'boot-image-se' | 'boot-image-se-runtime-rs';

const EVERYWHERE = ['amd64', 'arm64', 'ppc64le', 's390x'];

/** The chart's comment: QEMU alone takes some 160 MiB on arm64 before any of the guest's memory. */
export const QEMU_OVERHEAD = { memory: '320Mi', cpu: '250m' };
export const LIGHT_OVERHEAD = { memory: '130Mi', cpu: '250m' };
const TEE_OVERHEAD = { memory: '2048Mi', cpu: '1' };
const SE_OVERHEAD = { memory: '1024Mi', cpu: '1' };
const GPU_OVERHEAD = { memory: '10240Mi', cpu: '1' };

export const DEFAULTS = { memory: 2048, vcpus: 1 };
const GPU_DEFAULTS = { memory: 8192, vcpus: 1 };

const KERNEL_PARAMS = 'cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1';
const NVIDIA_KERNEL_PARAMS = 'cgroup_no_v1=all pci=realloc pci=nocrs pci=assign-busses';

const GO_ANNOTATIONS = ['enable_iommu', 'kernel_params', 'kernel_verity_params'];
const RUST_ANNOTATIONS = [...GO_ANNOTATIONS, 'default_vcpus', 'default_memory'];
const COCO_ANNOTATIONS = [...RUST_ANNOTATIONS, 'cc_init_data'];

/** QEMU talks to the guest by vhost-vsock and has its network by vhost-net; the others bring a socket of their own. */
export const QEMU_DEVICES = ['/dev/kvm', '/dev/vhost-net', '/dev/vhost-vsock'];

const SNP = {
  special: 'AMD SEV-SNP', featureLabels: { 'amd.feature.node.kubernetes.io/snp': 'true' }, extendedResources: { 'sev-snp.amd.com/esids': '1' },
};
const TDX = {
  special: 'Intel TDX', featureLabels: { 'intel.feature.node.kubernetes.io/tdx': 'true' }, extendedResources: { 'tdx.intel.com/keys': '1' },
};
const SE = { special: 'IBM Secure Execution', featureLabels: { 'feature.node.kubernetes.io/cpu-security.se.enabled': 'true' } };
const CONFIDENTIAL_GPU = { special: 'NVIDIA GPUs in confidential mode', nodeSelector: { 'nvidia.com/cc.ready.state': 'true' } };
const PLAIN_GPU = { special: 'NVIDIA GPUs', nodeSelector: { 'nvidia.com/cc.ready.state': 'false' } };

/** What all shims of the one and the other runtime have in common. */
const RUST = { rust: true, staticSizing: true, defaults: DEFAULTS, annotations: RUST_ANNOTATIONS } as const;
const GO = { rust: false, defaults: DEFAULTS, annotations: GO_ANNOTATIONS } as const;

const QEMU = { hypervisor: 'qemu', podFixed: QEMU_OVERHEAD, devices: QEMU_DEVICES, kernelParams: KERNEL_PARAMS } as const;
const CLH = { hypervisor: 'clh', podFixed: LIGHT_OVERHEAD, kernelParams: KERNEL_PARAMS, architectures: ['amd64'] } as const;
/** The guest's kernel comes from the host (`/usr/share/cloud-hypervisor`), and its hypervisor may be Microsoft's (`/dev/mshv`) as well as KVM. */
const AZURE = {
  special: 'an Azure Linux host with its guest kernel', components: ['cloud-hypervisor', 'virtiofsd', 'kernel', 'rootfs-image-mariner'], devices: [],
} as const;

export const LIGHT_GUEST = { memory: 32, vcpus: 0.2 };
const TEE_GUEST = { memory: 128, vcpus: 0.4 };
const GPU_GUEST = { memory: 512, vcpus: 0.5 };

/** What stands in the table below: only components and hypervisors that are known. */
interface ShippedShim extends KataShimFacts {
  readonly hypervisor: KataHypervisorName;
  readonly components: readonly KataComponent[];
  readonly componentsOnArm64?: readonly KataComponent[];
  readonly snapshotter?: 'devmapper' | 'nydus';
}

export const KATA_SHIMS: readonly ShippedShim[] = [
  {
    ...GO, ...CLH, name: 'clh', staticSizing: false, devices: ['/dev/kvm'], components: ['cloud-hypervisor', 'virtiofsd', 'kernel', 'rootfs-image'],
  },
  { ...GO, ...CLH, ...AZURE, name: 'clh-azure', staticSizing: true },
  {
    ...RUST,
    ...CLH,
    name: 'clh-runtime-rs',
    guestOverhead: LIGHT_GUEST,
    devices: ['/dev/kvm'],
    components: ['cloud-hypervisor', 'virtiofsd', 'kernel', 'rootfs-image'],
  },
  { ...RUST, ...CLH, ...AZURE, name: 'clh-azure-runtime-rs', guestOverhead: LIGHT_GUEST },
  {
    ...RUST,
    name: 'openvmm-azure-runtime-rs',
    special: AZURE.special,
    hypervisor: 'openvmm',
    architectures: ['amd64'],
    podFixed: LIGHT_OVERHEAD,
    guestOverhead: LIGHT_GUEST,
    components: ['openvmm', 'virtiofsd', 'kernel', 'rootfs-image-mariner'],
    kernelParams: `console=hvc0 ${KERNEL_PARAMS}`,
    devices: [],
  },
  {
    ...RUST,
    name: 'dragonball',
    hypervisor: 'dragonball',
    architectures: ['amd64'],
    podFixed: LIGHT_OVERHEAD,
    guestOverhead: LIGHT_GUEST,
    components: ['kernel-dragonball-experimental', 'rootfs-image'],
    kernelParams: 'console=ttyS1 agent.log_vport=1025',
    devices: ['/dev/kvm', '/dev/vhost-net'],
  },
  {
    ...GO,
    name: 'fc',
    special: 'the devmapper snapshotter',
    hypervisor: 'firecracker',
    architectures: ['amd64'],
    podFixed: LIGHT_OVERHEAD,
    staticSizing: true,
    snapshotter: 'devmapper',
    components: ['firecracker', 'kernel', 'rootfs-image'],
    kernelParams: KERNEL_PARAMS,
    devices: ['/dev/kvm'],
  },
  {
    ...GO,
    ...QEMU,
    name: 'qemu',
    architectures: EVERYWHERE,
    staticSizing: false,
    components: ['qemu', 'virtiofsd', 'kernel', 'rootfs-image'],
    componentsOnArm64: ['ovmf'],
  },
  {
    ...RUST,
    ...QEMU,
    name: 'qemu-runtime-rs',
    architectures: EVERYWHERE,
    guestOverhead: LIGHT_GUEST,
    components: ['qemu', 'virtiofsd', 'kernel', 'rootfs-image'],
    componentsOnArm64: ['ovmf'],
  },
  {
    ...GO,
    ...QEMU,
    name: 'qemu-nvidia-cpu',
    special: 'NVIDIA\'s software around it',
    architectures: ['amd64', 'arm64'],
    staticSizing: true,
    components: ['qemu', 'virtiofsd', 'kernel-nvidia-gpu', 'rootfs-image-nvidia'],
    kernelParams: NVIDIA_KERNEL_PARAMS,
  },
  {
    ...RUST,
    ...QEMU,
    name: 'qemu-nvidia-cpu-runtime-rs',
    special: 'NVIDIA\'s software around it',
    architectures: ['amd64', 'arm64'],
    guestOverhead: { memory: 128, vcpus: 0.2 },
    components: ['qemu-no-shared-fs', 'kernel-nvidia-gpu', 'rootfs-image-nvidia'],
    kernelParams: NVIDIA_KERNEL_PARAMS,
    annotations: [],
  },
  {
    ...GO,
    ...QEMU,
    ...PLAIN_GPU,
    name: 'qemu-nvidia-gpu',
    architectures: ['amd64'],
    podFixed: GPU_OVERHEAD,
    defaults: GPU_DEFAULTS,
    staticSizing: true,
    components: ['qemu', 'virtiofsd', 'kernel-nvidia-gpu', 'rootfs-image-nvidia-gpu', 'ovmf'],
    kernelParams: NVIDIA_KERNEL_PARAMS,
  },
  {
    ...RUST,
    ...QEMU,
    ...PLAIN_GPU,
    name: 'qemu-nvidia-gpu-runtime-rs',
    architectures: ['amd64'],
    podFixed: GPU_OVERHEAD,
    defaults: GPU_DEFAULTS,
    guestOverhead: GPU_GUEST,
    annotations: [],
    kernelParams: NVIDIA_KERNEL_PARAMS,
    components: ['qemu-no-shared-fs', 'kernel-nvidia-gpu', 'rootfs-image-nvidia', 'rootfs-image-nvidia-gpu-extension', 'ovmf'],
  },
  {
    ...GO,
    ...QEMU,
    ...SNP,
    ...CONFIDENTIAL_GPU,
    name: 'qemu-nvidia-gpu-snp',
    architectures: ['amd64'],
    podFixed: GPU_OVERHEAD,
    defaults: GPU_DEFAULTS,
    staticSizing: true,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    kernelParams: undefined,
    components: ['qemu-snp-experimental', 'kernel-nvidia-gpu', 'rootfs-image-nvidia-gpu-confidential', 'ovmf-sev'],
  },
  {
    ...RUST,
    ...QEMU,
    ...SNP,
    ...CONFIDENTIAL_GPU,
    name: 'qemu-nvidia-gpu-snp-runtime-rs',
    architectures: ['amd64'],
    podFixed: GPU_OVERHEAD,
    defaults: GPU_DEFAULTS,
    guestOverhead: GPU_GUEST,
    snapshotter: 'nydus',
    annotations: ['cc_init_data'],
    kernelParams: undefined,
    components: [
      'qemu-snp-experimental', 'kernel-nvidia-gpu', 'rootfs-image-nvidia', 'rootfs-image-nvidia-gpu-extension', 'rootfs-image-coco-extension', 'ovmf-sev',
    ],
  },
  {
    ...GO,
    ...QEMU,
    ...TDX,
    ...CONFIDENTIAL_GPU,
    name: 'qemu-nvidia-gpu-tdx',
    architectures: ['amd64'],
    podFixed: GPU_OVERHEAD,
    defaults: GPU_DEFAULTS,
    staticSizing: true,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    kernelParams: undefined,
    components: ['qemu-tdx-experimental', 'kernel-nvidia-gpu', 'rootfs-image-nvidia-gpu-confidential', 'ovmf-tdx'],
  },
  {
    ...RUST,
    ...QEMU,
    ...TDX,
    ...CONFIDENTIAL_GPU,
    name: 'qemu-nvidia-gpu-tdx-runtime-rs',
    architectures: ['amd64'],
    podFixed: GPU_OVERHEAD,
    defaults: GPU_DEFAULTS,
    guestOverhead: GPU_GUEST,
    snapshotter: 'nydus',
    annotations: ['cc_init_data'],
    kernelParams: undefined,
    components: [
      'qemu-tdx-experimental', 'kernel-nvidia-gpu', 'rootfs-image-nvidia', 'rootfs-image-nvidia-gpu-extension', 'rootfs-image-coco-extension', 'ovmf-tdx',
    ],
  },
  {
    ...GO,
    ...QEMU,
    ...SNP,
    name: 'qemu-snp',
    architectures: ['amd64'],
    podFixed: TEE_OVERHEAD,
    staticSizing: true,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'kernel', 'rootfs-image-confidential', 'ovmf-sev'],
  },
  {
    ...RUST,
    ...QEMU,
    ...SNP,
    name: 'qemu-snp-runtime-rs',
    architectures: ['amd64'],
    podFixed: TEE_OVERHEAD,
    guestOverhead: TEE_GUEST,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'kernel', 'rootfs-image', 'rootfs-image-coco-extension', 'ovmf-sev'],
  },
  {
    ...GO,
    ...QEMU,
    ...TDX,
    name: 'qemu-tdx',
    architectures: ['amd64'],
    podFixed: TEE_OVERHEAD,
    staticSizing: true,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'kernel', 'rootfs-image-confidential', 'ovmf-tdx'],
  },
  {
    ...RUST,
    ...QEMU,
    ...TDX,
    name: 'qemu-tdx-runtime-rs',
    architectures: ['amd64'],
    podFixed: TEE_OVERHEAD,
    guestOverhead: TEE_GUEST,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'kernel', 'rootfs-image', 'rootfs-image-coco-extension', 'ovmf-tdx'],
  },
  {
    ...GO,
    ...QEMU,
    ...SE,
    name: 'qemu-se',
    architectures: ['s390x'],
    podFixed: SE_OVERHEAD,
    staticSizing: true,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'virtiofsd', 'kernel', 'rootfs-initrd-confidential', 'boot-image-se'],
  },
  {
    ...RUST,
    ...QEMU,
    ...SE,
    name: 'qemu-se-runtime-rs',
    architectures: ['s390x'],
    podFixed: SE_OVERHEAD,
    guestOverhead: { memory: 768, vcpus: 0.4 },
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'virtiofsd', 'kernel', 'rootfs-initrd', 'rootfs-image-coco-extension', 'boot-image-se-runtime-rs'],
  },
  {
    // The chart gives this one 160Mi, although its own reason for 320Mi holds for every QEMU.
    ...GO,
    ...QEMU,
    name: 'qemu-coco-dev',
    special: 'the nydus snapshotter',
    architectures: ['amd64', 's390x'],
    staticSizing: true,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'kernel', 'rootfs-image-confidential'],
    kernelParams: undefined,
  },
  {
    ...RUST,
    ...QEMU,
    name: 'qemu-coco-dev-runtime-rs',
    special: 'the nydus snapshotter',
    architectures: ['amd64', 'arm64', 's390x'],
    guestOverhead: TEE_GUEST,
    snapshotter: 'nydus',
    annotations: COCO_ANNOTATIONS,
    components: ['qemu', 'kernel', 'rootfs-image', 'rootfs-image-coco-extension'],
    componentsOnArm64: ['ovmf'],
  },
  {
    // The machine is somewhere else (peer pods), and so is its size.
    rust: false,
    name: 'remote',
    special: 'cloud-api-adaptor',
    hypervisor: 'remote',
    architectures: ['amd64', 'ppc64le', 's390x'],
    podFixed: { memory: '120Mi', cpu: '250m' },
    staticSizing: true,
    snapshotter: 'nydus',
    components: [],
    devices: [],
    annotations: ['machine_type', 'default_memory', 'default_vcpus', 'image', 'default_gpus', 'gpu_model', 'cc_init_data'],
  },
];
