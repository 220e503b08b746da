import { rmSync } from 'node:fs';
import type { ImageArchive } from './images';
import { NamespacedHost, pidFileOf } from './namespaced-host';
import { ConfigReaderVersion, containerd, runc } from '../toolchain';

const DAEMON = { name: 'containerd', socket: '/run/containerd/containerd.sock' };

/** containerd's pid, for the agent's restart strategy. */
export const PID_FILE = pidFileOf(DAEMON.name);

const IMAGE_ARCHIVE = '/tmp/image.tar';

export interface TestNodeOptions {
  readonly containerd: ConfigReaderVersion;
  /** What `containerd --version` says instead of the truth. */
  readonly saidVersion?: string;
  /** Files below the node's root, `/etc/containerd/config.toml` first of all. */
  readonly files: { readonly [path: string]: string };
}

/** A node for tests, with containerd (`/etc/containerd`, `/run/containerd`). */
export class TestNode extends NamespacedHost {
  static async start(options: TestNodeOptions): Promise<TestNode> {
    const { containerd: daemon, shim, ctr } = await containerd(options.containerd, options.saidVersion);
    const node = new TestNode(options.containerd, [daemon, shim, ctr, await runc()], options.files);
    await node.boot();
    return node;
  }

  private constructor(readonly version: ConfigReaderVersion, programs: readonly string[], files: TestNodeOptions['files']) {
    super(DAEMON, programs, files);
  }

  containerdPid(): number {
    return this.daemonPid();
  }

  /** Loads images as the kubelet's pulls would have. */
  importImages(images: readonly Pick<ImageArchive, 'archive'>[]): void {
    for (const { archive } of images) {
      this.write(IMAGE_ARCHIVE, archive);
      this.exec('ctr', '--namespace', 'k8s.io', 'images', 'import', IMAGE_ARCHIVE);
    }
    rmSync(this.path(IMAGE_ARCHIVE));
  }
}
