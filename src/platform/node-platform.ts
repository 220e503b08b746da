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
   * containerd with paths of your own.
   *
   * @param options what differs from `NodePlatform.CONTAINERD`
   * @throws if a path is not absolute, or the drop-in does not lie below the folder of the main file
   */
  public static containerd(options: ContainerdPlatformOptions = {}): NodePlatform {
    const configFile = pathInOwnFolder('configFile', options.configFile ?? '/etc/containerd/config.toml', 'write');
    const folder = configFile.slice(0, configFile.lastIndexOf('/'));
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
   * never a socket file: that one would be dead after the next restart.
   *
   * @internal
   */
  public _hostFolders(): { readWrite: string[]; readOnly: string[] } {
    const parent = (path: string) => path.slice(0, path.lastIndexOf('/'));
    const restart = this.plan.restart;
    const readOnly = new Set([parent(this.plan.socket), restart.kind === 'systemd' ? '/run/systemd' : parent(restart.pidFile)]);
    return { readWrite: [parent(this.plan.configFile)], readOnly: [...readOnly] };
  }
}
