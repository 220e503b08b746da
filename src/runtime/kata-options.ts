/** How files of the node reach the guest. */
export enum KataSharedFs {
  /** A virtiofsd process per Pod. */
  VIRTIO_FS = 'virtio-fs',
  /** A virtiofsd inside the shim, which only Dragonball has. */
  INLINE_VIRTIO_FS = 'inline-virtio-fs',
  /** None: files are copied, and changes do not come through. */
  NONE = 'none',
}

/** What a guest caches of the node's files. */
export enum KataVirtioFsCache {
  /** Nothing: each access asks the node. */
  NEVER = 'never',
  /** Names and metadata for a second, content while a file is open. */
  AUTO = 'auto',
  /** Everything, for good. */
  ALWAYS = 'always',
}

/** How block devices of a container reach the guest. */
export enum KataBlockDeviceDriver {
  /** One PCI device for each disk. */
  VIRTIO_BLK_PCI = 'virtio-blk-pci',
  /** Disks on one SCSI controller. */
  VIRTIO_SCSI = 'virtio-scsi',
  /** Channel I/O of s390x. */
  VIRTIO_BLK_CCW = 'virtio-blk-ccw',
}

/** How QEMU reads and writes block devices. */
export enum KataBlockDeviceAio {
  /** A pool of threads. */
  THREADS = 'threads',
  /** Linux AIO. */
  NATIVE = 'native',
  /** io_uring, which needs Linux 5.1. */
  IO_URING = 'io_uring',
}

/** How the network of the Pod is connected to the guest. */
export enum KataInternetworkingModel {
  /** Rules of traffic control between the Pod's interface and the guest's. */
  TCFILTER = 'tcfilter',
  /** A macvtap device. */
  MACVTAP = 'macvtap',
  /** Not at all. */
  NONE = 'none',
}

/** Where emptyDir volumes lie. */
export enum KataEmptyDirMode {
  /** On the node, shared with the guest. */
  SHARED_FS = 'shared-fs',
  /** On a block device that the guest encrypts. */
  BLOCK_ENCRYPTED = 'block-encrypted',
  /** On a block device that the guest mounts as it is. */
  BLOCK_PLAIN = 'block-plain',
}

/**
 * Settings of Kata's configuration file that people change, under Kata's names. What is left out stays as Kata ships it.
 * They are written to a drop-in of the handler; the shipped file is never edited.
 *
 * An option that the shim does not have and a value that it would refuse are errors here: on a node they would have no
 * effect, or keep every Pod of the runtime from starting.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/runtime-configuration.md
 */
export interface KataOptions {
  /**
   * Virtual CPUs of a guest whose Pod has no limits (`default_vcpus`). On a shim of the Go runtime, also what a guest
   * has beside its Pod's limits.
   *
   * @default - that of `size`, else Kata's 1
   */
  readonly defaultVcpus?: number;

  /**
   * Memory, in MiB, of a guest whose Pod has no limits (`default_memory`). Kubernetes knows nothing of it. On a shim of
   * the Go runtime, also what a guest has beside its Pod's limits.
   *
   * @default - that of `size`, else Kata's 2048 (8192 with an NVIDIA GPU)
   */
  readonly defaultMemory?: number;

  /**
   * Most virtual CPUs that a guest may get (`default_maxvcpus`); 0 for as many as the node has.
   *
   * @default 0
   */
  readonly defaultMaxvcpus?: number;

  /**
   * Virtual CPUs that a guest gets beside its Pod's limits (`overhead_vcpus`); only runtime-rs has it.
   *
   * @default - that of `size`, else Kata's own (0.2 on most shims)
   */
  readonly overheadVcpus?: number;

  /**
   * Memory, in MiB, that a guest gets beside its Pod's limits (`overhead_memory`); only runtime-rs has it. It has to be
   * less than what the class reserves (`overhead`), which also pays for the processes around the guest.
   *
   * @default - that of `size`, else Kata's own (32 on most shims)
   */
  readonly overheadMemory?: number;

  /**
   * Absolute path, on the node, of another guest kernel. It is not part of the installation.
   *
   * @default - that of the release
   */
  readonly kernel?: string;

  /**
   * Absolute path, on the node, of another guest image. It is not part of the installation.
   *
   * @default - that of the release
   */
  readonly image?: string;

  /**
   * Parameters of the guest's kernel, such as `quiet`, after those that Kata ships.
   *
   * @default - none
   */
  readonly kernelParams?: string[];

  /**
   * Machine type of QEMU, such as `q35`.
   *
   * @default - that of the architecture
   */
  readonly machineType?: string;

  /**
   * How files of the node reach the guest.
   *
   * @default - that of the shim
   */
  readonly sharedFs?: KataSharedFs;

  /**
   * What the guest caches of the node's files.
   *
   * @default KataVirtioFsCache.AUTO
   */
  readonly virtioFsCache?: KataVirtioFsCache;

  /**
   * Size, in MiB, of the window through which the guest maps the node's page cache (DAX); 0 for none.
   *
   * @default 0
   */
  readonly virtioFsCacheSize?: number;

  /**
   * How block devices of a container reach the guest.
   *
   * @default - that of the shim
   */
  readonly blockDeviceDriver?: KataBlockDeviceDriver;

  /**
   * How QEMU reads and writes block devices.
   *
   * @default KataBlockDeviceAio.IO_URING
   */
  readonly blockDeviceAio?: KataBlockDeviceAio;

  /**
   * Whether a guest's memory is of huge pages, which the node has to have set aside.
   *
   * @default false
   */
  readonly enableHugepages?: boolean;

  /**
   * Whether a guest's memory is taken from the node at once.
   *
   * @default false
   */
  readonly enableMemPrealloc?: boolean;

  /**
   * Whether memory that the guest frees goes back to the node.
   *
   * @default false
   */
  readonly reclaimGuestFreedMemory?: boolean;

  /**
   * Whether the virtual machine monitor runs as a user of its own and not as root.
   *
   * @default false
   */
  readonly rootless?: boolean;

  /**
   * How the network of the Pod is connected to the guest.
   *
   * @default KataInternetworkingModel.TCFILTER
   */
  readonly internetworkingModel?: KataInternetworkingModel;

  /**
   * Whether the monitor and all that belongs to the Pod are in the Pod's own cgroup, so that Kubernetes accounts for
   * them.
   *
   * @default - true on runtime-rs, false on most shims of the Go runtime
   */
  readonly sandboxCgroupOnly?: boolean;

  /**
   * Whether a guest gets its size before it boots, from the Pod's limits.
   *
   * @default - true on runtime-rs
   */
  readonly staticSandboxResourceMgmt?: boolean;

  /**
   * Whether a Pod's seccomp profile is ignored inside the guest.
   *
   * @default true
   */
  readonly disableGuestSeccomp?: boolean;

  /**
   * Where emptyDir volumes lie.
   *
   * @default - KataEmptyDirMode.SHARED_FS, but on a block device for confidential guests
   */
  readonly emptydirMode?: KataEmptyDirMode;

  /**
   * Kernel modules that are loaded in the guest, each with its parameters: `e1000e EEE=1`.
   *
   * @default - none
   */
  readonly kernelModules?: string[];

  /**
   * Seconds that the guest has to create a container; pulling images in the guest may need more.
   *
   * @default - 30, and 60 for confidential guests
   */
  readonly createContainerTimeout?: number;

  /**
   * Whether monitor, runtime and agent log each step, and so does the guest's kernel.
   *
   * @default false
   */
  readonly debug?: boolean;

  /**
   * Whether `kata-runtime exec` opens a shell in the guest of any Pod of the runtime.
   *
   * @default false
   */
  readonly debugConsole?: boolean;

  /**
   * Proxy that the guest pulls images through.
   *
   * @default - none
   */
  readonly agentHttpsProxy?: string;

  /**
   * Hosts that the guest reaches without the proxy. Not without `agentHttpsProxy`.
   *
   * @default - none
   */
  readonly agentNoProxy?: string[];

  /**
   * Whether images are pulled inside the guest, without a snapshotter that prepares it (an experimental feature of
   * Kata). Each installer of the runtime then needs kubelet settings that let a request take 10 minutes.
   *
   * @default false
   */
  readonly guestPull?: boolean;

  /**
   * Names of hypervisor settings that a Pod may change by the annotation `io.katacontainers.config.hypervisor.<name>`,
   * as regular expressions. The annotation must also be in `podAnnotations`.
   *
   * @default - none, where Kata ships three to six, among them kernel_params
   */
  readonly enableAnnotations?: string[];

  /**
   * Further settings, as TOML. Kata reads it as a part of the drop-in; neither names nor values are checked, but that
   * the hypervisor's section is that of the shim, and that nothing is set here that has an option of its own.
   *
   * @default - none
   */
  readonly extraConfig?: string;
}
