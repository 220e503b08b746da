/**
 * What a Pod can have that means something else in a sandbox, breaks it or does not start. The reasons, and what to
 * write instead, are in docs/rules.md.
 */
export enum CompatibilityRule {
  /** `appArmorProfile` of the user's own. */
  APP_ARMOR_PROFILE = 'app-armor-profile',
  /** A node selector for a processor that the runtime does not exist for. */
  ARCHITECTURE = 'architecture',
  /** Capabilities that reach only the sandbox's own kernel. */
  ADMIN_CAPABILITIES = 'admin-capabilities',
  /** Annotations that open the sandbox. */
  DANGEROUS_ANNOTATION = 'dangerous-annotation',
  /** Extended resources of device plugins. */
  DEVICE_PLUGIN = 'device-plugin',
  /** Flags of runsc that no Pod may set. */
  FLAG_ANNOTATION = 'flag-annotation',
  /** `nvidia.com/gpu`. */
  GPU = 'gpu',
  /** `nvidia.com/mig-*`. */
  GPU_PARTITION = 'gpu-partition',
  /** Disks of the host. */
  HOST_BLOCK_DEVICE = 'host-block-device',
  /** Device nodes of the host. */
  HOST_DEVICE = 'host-device',
  /** `hostIPC`. */
  HOST_IPC = 'host-ipc',
  /** `hostNetwork`. */
  HOST_NETWORK = 'host-network',
  /** A runtime whose sandboxes use the host's network stack. */
  HOST_NETWORK_STACK = 'host-network-stack',
  /** Folders and files of the host. */
  HOST_PATH = 'host-path',
  /** `hostPID`. */
  HOST_PID = 'host-pid',
  /** Unix domain sockets of the host. */
  HOST_SOCKET = 'host-socket',
  /** Volumes that are images. */
  IMAGE_VOLUME = 'image-volume',
  /** Annotations that only a shim sets. */
  INTERNAL_ANNOTATION = 'internal-annotation',
  /** Annotation by which a Pod names its shim's configuration file. */
  KATA_CONFIG_PATH = 'kata-config-path',
  /** A size limit of a volume in memory. */
  MEMORY_VOLUME_SIZE = 'memory-volume-size',
  /** The capability `MKNOD`. */
  MKNOD = 'mknod',
  /** Annotations with hints for volumes. */
  MOUNT_HINT = 'mount-hint',
  /** Mounts below `/proc`. */
  MOUNT_OVER_PROC = 'mount-over-proc',
  /** `mountPropagation: Bidirectional`. */
  MOUNT_PROPAGATION = 'mount-propagation',
  /** The capability `NET_RAW`. */
  NET_RAW = 'net-raw',
  /** `nodeName`. */
  NODE_NAME = 'node-name',
  /** `overhead`, which is the class's to say. */
  OVERHEAD = 'overhead',
  /** Limits that only some containers have. */
  PARTIAL_LIMITS = 'partial-limits',
  /** `privileged`. */
  PRIVILEGED = 'privileged',
  /** `procMount: Unmasked`. */
  PROC_MOUNT = 'proc-mount',
  /** `volumeDevices`. */
  RAW_BLOCK_VOLUME = 'raw-block-volume',
  /** `rdma/*`: RDMA. */
  RDMA = 'rdma',
  /** Sockets of a container runtime. */
  RUNTIME_SOCKET = 'runtime-socket',
  /** `seccompProfile` of the user's own. */
  SECCOMP_PROFILE = 'seccomp-profile',
  /** `seLinuxOptions`. */
  SELINUX_OPTIONS = 'selinux-options',
  /** Sidecars that set up iptables. */
  SERVICE_MESH = 'service-mesh',
  /** Volumes that containers share where runsc expects nobody else to write. */
  SHARED_VOLUME = 'shared-volume',
  /** `subPath`. */
  SUB_PATH = 'sub-path',
  /** `allowPrivilegeEscalation: true`. */
  SUID = 'suid',
  /** `sysctls`. */
  SYSCTLS = 'sysctls',
  /** Limits where cgroups are ignored. */
  UNENFORCED_LIMITS = 'unenforced-limits',
  /** Annotations that nothing hands on to the runtime. */
  UNREAD_ANNOTATION = 'unread-annotation',
  /** The annotation for untrusted workloads, older than RuntimeClass. */
  UNTRUSTED_WORKLOAD = 'untrusted-workload',
  /** `hostUsers: false`. */
  USER_NAMESPACE = 'user-namespace',
  /** Windows. */
  WINDOWS = 'windows',
}
