/** Who may change the files below a mount while a sandbox runs. */
export enum RunscFileAccess {
  /** Only the sandbox: it may cache what it read. A change from outside corrupts what the sandbox sees. */
  EXCLUSIVE = 'exclusive',
  /** Others too: the sandbox asks the host at each access. */
  SHARED = 'shared',
}

/** What a sandbox may do with Unix domain sockets of the host that are mounted into it. */
export enum RunscHostUds {
  /** Nothing. */
  NONE = 'none',
  /** Connect to sockets that exist. */
  OPEN = 'open',
  /** Create sockets. */
  CREATE = 'create',
  /** Connect and create. */
  ALL = 'all',
}

/** What a sandbox may do with FIFOs (named pipes) of the host that are mounted into it. */
export enum RunscHostFifo {
  /** Nothing. */
  NONE = 'none',
  /** Open FIFOs that exist. */
  OPEN = 'open',
}

/** How character devices in the image and in mounts are opened. */
export enum RunscCharacterDevicePolicy {
  /** Only devices that gVisor implements; others cannot be opened. */
  EMULATED_ONLY = 'emulated-only',
  /** Devices that gVisor implements, and the host's where it has none. Weakens the sandbox. */
  PREFER_EMULATED = 'prefer-emulated',
  /** The host's devices. Weakens the sandbox. */
  PASSTHROUGH = 'passthrough',
}

/**
 * runsc's flags for files. Each member has its flag's name, and each default is runsc's own.
 *
 * @see https://github.com/google/gvisor/blob/master/runsc/config/flags.go
 * @see https://gvisor.dev/docs/user_guide/filesystem/
 */
export interface RunscFilesystemOptions {
  /**
   * Who may change a container's root file system. SHARED needs `overlay2: 'none'`.
   *
   * @default RunscFileAccess.EXCLUSIVE
   */
  readonly fileAccess?: RunscFileAccess;

  /**
   * Who may change volumes. EXCLUSIVE is faster and corrupts a volume that anything outside the sandbox writes to.
   *
   * @default RunscFileAccess.SHARED
   */
  readonly fileAccessMounts?: RunscFileAccess;

  /**
   * Where changes to the file system go: `none`, or `<mounts>:<medium>` with an optional `,size=<size>`. Mounts are
   * `root` (the root file system) or `all`; the medium is `memory`, `self` (a file beside the mount) or
   * `dir=<absolute path>`; the size is that of a tmpfs, such as `2g`.
   *
   * @default 'root:self'
   */
  readonly overlay2?: string;

  /**
   * Whether the sandbox opens files itself. Without it every file goes through the gofer process: slower, with a
   * stricter system call filter on the sandbox.
   *
   * @default true
   */
  readonly directfs?: boolean;

  /**
   * Number of directory entries that a sandbox caches over all its mounts; a negative number caches per mount.
   *
   * @default -1
   */
  readonly dcache?: number;

  /**
   * Number of host file descriptors that the sandbox and its gofer may each hold; -1 leaves it to the host.
   *
   * @default -1
   */
  readonly fdlimit?: number;

  /**
   * Use of the host's Unix domain sockets. Anything but NONE lets a container talk to each socket that is mounted
   * into it.
   *
   * @default RunscHostUds.NONE
   */
  readonly hostUds?: RunscHostUds;

  /**
   * Use of the host's FIFOs.
   *
   * @default RunscHostFifo.NONE
   */
  readonly hostFifo?: RunscHostFifo;

  /**
   * Use of the host's character devices. Needs release 20260831.0 or newer.
   *
   * @default RunscCharacterDevicePolicy.EMULATED_ONLY
   */
  readonly characterDevicePolicy?: RunscCharacterDevicePolicy;
}
