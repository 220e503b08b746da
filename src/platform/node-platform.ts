import { absolutePath, pathInOwnFolder } from './absolute-path';
import { NodeRestart } from './node-restart';
import type { PlatformPlan } from '../installer/install-plan';

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
   * How CRI-O's process is found. It is told to read its configuration again (SIGHUP), and restarted only where
   * `disableSelinux` is set.
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

/**
 * Where a kind of node keeps its container runtime, and how that runtime is told about a new handler.
 */
export class NodePlatform {
  /**
   * containerd 1.7 or 2.x as kubeadm, kubespray and most images set it up: `/etc/containerd/config.toml`, a systemd
   * unit `containerd.service`, the socket `/run/containerd/containerd.sock`.
   *
   * @see https://github.com/containerd/containerd/blob/main/docs/ops.md
   */
  public static readonly CONTAINERD = NodePlatform.containerd();

  /**
   * CRI-O 1.26 or newer with its usual paths: a drop-in for each handler in `/etc/crio/crio.conf.d`, which CRI-O reads
   * again without a restart. For gVisor see `NodePlatform.crio`.
   *
   * CRI-O hands every annotation of a Pod to the runtime; `podAnnotations` of a runtime has no effect there.
   *
   * @see https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md
   */
  public static readonly CRIO = NodePlatform.crio();

  /**
   * Docker Engine with its usual paths: an entry for each handler in `/etc/docker/daemon.json`, of which nothing else
   * changes, and which Docker reads again without a restart. gVisor is registered as a program (`path`), Kata as a shim
   * (`runtimeType`, Docker Engine 24 or newer).
   *
   * RuntimeClasses reach Docker through cri-dockerd 0.4 or newer only. There the containers of a Pod are containers of
   * Docker of which each has a sandbox of its own: what a sandbox is for a Pod on containerd does not hold.
   *
   * @see https://docs.docker.com/engine/daemon/alternative-runtimes/
   */
  public static readonly DOCKER = NodePlatform.docker();

  /**
   * containerd with paths of your own.
   *
   * @param options what differs from `NodePlatform.CONTAINERD`
   * @throws if a path is not absolute, or the drop-in does not lie below the folder of the main file
   */
  public static containerd(options: ContainerdPlatformOptions = {}): NodePlatform {
    const configFile = pathInOwnFolder('configFile', options.configFile ?? '/etc/containerd/config.toml', 'write');
    const folder = folderOf(configFile);
    const dropInFile = absolutePath('dropInFile', options.dropInFile ?? `${folder}/conf.d/sandbox-runtimes.toml`);
    if (!dropInFile.startsWith(`${folder}/`) || !dropInFile.endsWith('.toml')) {
      throw new Error(`dropInFile must be a .toml file below ${folder}, the folder that the installer mounts, got "${dropInFile}"; `
        + `write for example ${folder}/conf.d/sandbox-runtimes.toml`);
    }
    // The name stands for the paths, and the line-up check holds it to them.
    const name = options.configFile ?? options.dropInFile ?? options.socket ? 'custom-containerd' : 'containerd';
    return new NodePlatform(name, {
      name,
      configFile,
      dropInFile,
      socket: pathInOwnFolder('socket', options.socket ?? '/run/containerd/containerd.sock', 'read'),
      binaries: ['/usr/local/bin/containerd', '/usr/bin/containerd'],
      restart: (options.restart ?? NodeRestart.systemd('containerd.service'))._plan(),
    });
  }

  /**
   * CRI-O with paths of your own, or for gVisor, which needs CRI-O 1.37 or newer and `disableSelinux`.
   *
   * @param options what differs from `NodePlatform.CRIO`
   * @throws if a path is not absolute
   */
  public static crio(options: CrioPlatformOptions = {}): NodePlatform {
    const configFile = pathInOwnFolder('configFile', options.configFile ?? '/etc/crio/crio.conf', 'write');
    const name = options.configFile ?? options.socket ? 'custom-crio' : 'crio';
    return new NodePlatform(name, {
      kind: 'crio',
      name,
      configFile,
      dropInFolder: `${folderOf(configFile)}/crio.conf.d`,
      disablesSelinux: options.disableSelinux ?? false,
      socket: pathInOwnFolder('socket', options.socket ?? '/var/run/crio/crio.sock', 'read'),
      binaries: ['/usr/local/bin/crio', '/usr/bin/crio'],
      restart: (options.restart ?? NodeRestart.systemd('crio.service'))._plan(),
    });
  }

  /**
   * Docker Engine with paths or a default runtime of your own.
   *
   * @param options what differs from `NodePlatform.DOCKER`
   * @throws if a path is not absolute
   */
  public static docker(options: DockerPlatformOptions = {}): NodePlatform {
    const { defaultRuntime } = options;
    const name = options.configFile ?? options.engineSocket ?? options.socket ? 'custom-docker' : 'docker';
    return new NodePlatform(name, {
      kind: 'docker',
      name,
      configFile: pathInOwnFolder('configFile', options.configFile ?? '/etc/docker/daemon.json', 'write'),
      engineSocket: absolutePath('engineSocket', options.engineSocket ?? '/var/run/docker.sock'),
      ...(defaultRuntime === undefined ? {} : { defaultRuntime }),
      socket: absolutePath('socket', options.socket ?? '/run/cri-dockerd.sock'),
      binaries: ['/usr/local/bin/dockerd', '/usr/bin/dockerd', '/usr/sbin/dockerd'],
      restart: (options.restart ?? NodeRestart.systemd('docker.service'))._plan(),
    });
  }

  private constructor(
    /** Short name, as in the install plan. */
    public readonly name: string,
    private readonly plan: PlatformPlan,
  ) {}

  /** @internal */
  public _plan(): PlatformPlan {
    return this.plan;
  }

  /**
   * Host folders that `install` mounts: read-write what it writes, read-only the folders of the sockets. A folder,
   * never a socket file: that one would be dead after the next restart. Docker's socket is the exception: it lies in
   * `/run` itself, where all other sockets of the host are as well, and Docker is never restarted.
   *
   * @internal
   */
  public _hostFolders(): { readWrite: string[]; readOnly: string[]; sockets: string[] } {
    const { plan } = this;
    const { restart } = plan;
    const process = restart.kind === 'systemd' ? '/run/systemd' : folderOf(restart.pidFile);
    return {
      readWrite: [folderOf(plan.configFile)],
      readOnly: [...new Set(plan.kind === 'docker' ? [process] : [folderOf(plan.socket), process])],
      sockets: plan.kind === 'docker' ? [plan.engineSocket] : [],
    };
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
