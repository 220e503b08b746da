import type { NodeRestart } from './node-restart';

/** Where a node keeps containerd, for platforms that are not in the list. */
export interface ContainerdPlatformOptions {
  /**
   * Absolute path of containerd's main configuration file.
   *
   * @default '/etc/containerd/config.toml'
   * @see https://github.com/containerd/containerd/blob/main/docs/ops.md
   */
  readonly configFile?: string;

  /**
   * Absolute path of the drop-in that the installer owns, used on containerd 2.x. It has to end in `.toml` and lie
   * below the folder of `configFile`.
   *
   * @default - `conf.d/sandbox-runtimes.toml` beside the main file
   */
  readonly dropInFile?: string;

  /**
   * Absolute path of the CRI socket.
   *
   * @default '/run/containerd/containerd.sock'
   */
  readonly socket?: string;

  /**
   * How containerd is restarted once its configuration has changed.
   *
   * @default - NodeRestart.systemd('containerd.service')
   */
  readonly restart?: NodeRestart;
}

/** Where a node keeps CRI-O, and what may be changed there. */
export interface CrioPlatformOptions {
  /**
   * Absolute path of CRI-O's main configuration file. The drop-ins, one for each handler, lie in `crio.conf.d` beside it.
   *
   * @default '/etc/crio/crio.conf'
   */
  readonly configFile?: string;

  /**
   * Absolute path of the CRI socket.
   *
   * @default '/var/run/crio/crio.sock'
   */
  readonly socket?: string;

  /**
   * How CRI-O is restarted.
   *
   * @default - NodeRestart.systemd('crio.service')
   */
  readonly restart?: NodeRestart;

  /**
   * Lets drop-ins turn SELinux off in CRI-O (`selinux = false`), which gVisor needs. **It is off for every container of
   * the node, runc's included.** Without it, an installer with gVisor is refused.
   *
   * @default false
   */
  readonly disableSelinux?: boolean;
}

/** Where a node keeps Docker Engine, and what its default runtime is. */
export interface DockerPlatformOptions {
  /**
   * Absolute path of Docker's configuration file.
   *
   * @default '/etc/docker/daemon.json'
   */
  readonly configFile?: string;

  /**
   * Absolute path of Docker's own socket.
   *
   * @default '/var/run/docker.sock'
   */
  readonly engineSocket?: string;

  /**
   * Absolute path of the CRI socket, which is cri-dockerd's.
   *
   * @default '/run/cri-dockerd.sock'
   */
  readonly socket?: string;

  /**
   * Handler that every container gets which names no runtime (`default-runtime`), those of the system included. Refused
   * on nodes whose `daemon.json` names another one.
   *
   * @default - `default-runtime` is left as it is
   */
  readonly defaultRuntime?: string;

  /**
   * How Docker's process is found. It is told to read its configuration again (SIGHUP), never restarted.
   *
   * @default - NodeRestart.systemd('docker.service')
   */
  readonly restart?: NodeRestart;
}
