import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONTROL_PLANE_ADDRESS } from './cluster-network';
import type { NetworkNamespace } from './network-namespace';
import { scratchFolder } from './scratch-folder';
import { BackgroundProcess } from '../cluster/background-process';
import type { GVisorArchive } from '../node/gvisor-archive';
import { busybox } from '../toolchain';

const PORT = 8080;

/** A mirror of gVisor's releases in the cluster's network. */
export class ReleaseMirror {
  static async start(network: NetworkNamespace): Promise<ReleaseMirror> {
    const folder = scratchFolder('mirror');
    const [command, ...args] = network.enter(busybox(), 'httpd', '-f', '-vv', '-p', String(PORT), '-h', folder);
    return new ReleaseMirror(folder, new BackgroundProcess(command, args, join(folder, 'log')));
  }

  readonly url = `http://${CONTROL_PLANE_ADDRESS}:${PORT}`;

  private constructor(private readonly folder: string, private readonly server: BackgroundProcess) {}

  serve(archive: GVisorArchive, content = archive.content): void {
    const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
    const file = join(this.folder, 'release', archive.release, arch!, 'gvisor.tar.zstd');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
