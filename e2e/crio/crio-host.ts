import { registryFiles, somebodysFiles } from './crio-files';
import { pullImages } from './pull-images';
import { ImageRegistry } from '../node/image-registry';
import type { ImageArchive } from '../node/images';
import { NamespacedHost, pidFileOf } from '../node/namespaced-host';
import { crio } from '../toolchain/crio';

const DAEMON = { name: 'crio', socket: '/run/crio/crio.sock' };

/** CRI-O's pid, for the agent to find the process that it restarts. */
export const CRIO_PID_FILE = pidFileOf(DAEMON.name);

export const SOMEBODYS_FILES = somebodysFiles('cgroupfs');

/** A host with CRI-O under a small supervisor. */
export class CrioHost extends NamespacedHost {
  static async start(images: readonly ImageArchive[]): Promise<CrioHost> {
    const registry = await ImageRegistry.start(images);
    const host = new CrioHost(registry, await crio());
    await host.boot();
    try {
      await pullImages(host.socket, images);
    } catch (error) {
      const log = host.log();
      await host.stop();
      throw new Error(`${(error as Error).message}\n${log}`);
    }
    return host;
  }

  /** It takes mounts as the kubelet asks for them, like containerd 2. */
  readonly version = 'CRI-O';

  private constructor(private readonly registry: ImageRegistry, programs: readonly string[]) {
    super(DAEMON, programs, { ...SOMEBODYS_FILES, ...registryFiles(registry) });
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.registry.stop();
  }
}
