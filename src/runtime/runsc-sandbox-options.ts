/** What runsc does about host settings under which it would run badly or not at all. */
export enum RunscHostSettings {
  /** Logs them. */
  CHECK = 'check',
  /** Logs them, and refuses to start under those with which it cannot work. */
  CHECK_MANDATORY = 'check_mandatory',
  /** Does not look. */
  IGNORE = 'ignore',
  /** Changes them on the host where it can. */
  ADJUST = 'adjust',
  /** Changes them on the host, and refuses to start where it cannot. */
  ENFORCE = 'enforce',
}

/** The cgroup file system that containers see inside a sandbox. */
export enum RunscInSandboxCgroup {
  /** Version 1. */
  V1 = 'v1',
  /** Version 2. */
  V2 = 'v2',
}

/** A set of NVIDIA driver features. */
export enum RunscNvidiaDriverCapability {
  /** All that runsc supports, but for privileged ones. */
  ALL = 'all',
  /** CUDA and OpenCL. */
  COMPUTE = 'compute',
  /** OpenGL and Vulkan. */
  GRAPHICS = 'graphics',
  /** nvidia-smi and NVML. */
  UTILITY = 'utility',
  /** The video codecs. */
  VIDEO = 'video',
}

/**
 * runsc's flags for processes, memory, cgroups and devices. Each member has its flag's name, and each default is
 * runsc's own.
 *
 * @see https://github.com/google/gvisor/blob/master/runsc/config/flags.go
 * @see https://gvisor.dev/docs/user_guide/production/
 * @see https://gvisor.dev/docs/user_guide/gpu/
 */
export interface RunscSandboxOptions {
  /**
   * Whether a Pod's seccomp profile is loaded inside the sandbox; without it the profile is ignored. gVisor's own
   * filter on the sandbox is always on.
   *
   * @default false
   */
  readonly ociSeccomp?: boolean;

  /**
   * Whether SUID and SGID bits of executables count, as `sudo` needs it. `allowPrivilegeEscalation: false` overrules it.
   *
   * @default false
   */
  readonly allowSuid?: boolean;

  /**
   * Whether runsc creates cgroups through systemd, which must be version 244 or newer on a host with cgroup v2. Leave
   * it out: runsc sees by the cgroup path whether the kubelet uses systemd.
   *
   * @default - decided for each Pod
   */
  readonly systemdCgroup?: boolean;

  /**
   * Whether runsc leaves cgroups alone. The Pod's resource limits then have no effect, of which synth warns.
   *
   * @default false
   */
  readonly ignoreCgroups?: boolean;

  /**
   * The cgroup file system that containers see. Needs release 20260914.0 or newer.
   *
   * @default RunscInSandboxCgroup.V1
   */
  readonly inSandboxCgroup?: RunscInSandboxCgroup;

  /**
   * Whether a sandbox shows as many processors as its quota allows (at least 2), and not the node's.
   *
   * @default true
   */
  readonly cpuNumFromQuota?: boolean;

  /**
   * Whether a sandbox shares processor cores with nobody else (core scheduling). Needs Linux 5.14 or newer.
   *
   * @default false
   */
  readonly enableCoreTags?: boolean;

  /**
   * What runsc does about host settings that do not suit it. ADJUST and ENFORCE change the node.
   *
   * @default RunscHostSettings.CHECK
   */
  readonly hostSettings?: RunscHostSettings;

  /**
   * Whether memory of applications uses huge pages, where the host has
   * `/sys/kernel/mm/transparent_hugepage/shmem_enabled` = `advise`.
   *
   * @default true
   */
  readonly appHugePages?: boolean;

  /**
   * Whether the SYSTRAP platform leaves system call instructions unpatched: much slower, for programs that use ptrace
   * or the GS register.
   *
   * @default false
   */
  readonly systrapDisableSyscallPatching?: boolean;

  /**
   * Whether the SYSTRAP platform does without its fast path.
   *
   * @default false
   */
  readonly systrapDisableFastPath?: boolean;

  /**
   * Whether the KVM platform uses virtual processors' numbers as processor numbers, as restartable sequences need it.
   *
   * @default false
   */
  readonly kvmUseCpuNums?: boolean;

  /**
   * Whether containers see the file `/proc/gvisor/kernel_is_gvisor`.
   *
   * @default false
   */
  readonly gvisorMarkerFile?: boolean;

  /**
   * Names of files in `/proc` that are replaced by stubs, such as `kallsyms`.
   *
   * @default - none
   */
  readonly overrideProcs?: string[];

  /**
   * Whether NVIDIA GPUs work in a sandbox. Leave it out: runsc sees by a Pod's devices whether it has one.
   *
   * @default - decided for each Pod
   */
  readonly nvproxy?: boolean;

  /**
   * Version of the NVIDIA driver that the sandbox is to expect, or `latest` for the newest one that runsc knows.
   *
   * @default - the driver of the node
   */
  readonly nvproxyDriverVersion?: string;

  /**
   * NVIDIA driver features that containers may ask for.
   *
   * @default [RunscNvidiaDriverCapability.UTILITY, RunscNvidiaDriverCapability.COMPUTE]
   */
  readonly nvproxyAllowedDriverCapabilities?: RunscNvidiaDriverCapability[];

  /**
   * Whether a version of the NVIDIA driver that runsc knows but does not support is tried.
   *
   * @default false
   */
  readonly nvproxyAllowUnsupportedDriver?: boolean;

  /**
   * Whether Google TPUs work in a sandbox. Leave it out: runsc sees by a Pod's devices whether it has one.
   *
   * @default - decided for each Pod
   */
  readonly tpuproxy?: boolean;
}
