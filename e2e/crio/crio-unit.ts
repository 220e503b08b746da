import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { registryFiles, somebodysFiles } from './crio-files';
import { pullImages } from './pull-images';
import { ImageRegistry } from '../node/image-registry';
import type { ImageArchive } from '../node/images';
import { SystemdNode } from '../systemd/systemd-node';
import { UnitNode } from '../systemd/unit-node';
import { crio } from '../toolchain/crio';

export const CRIO_UNIT = 'crio.service';

/** As CRI-O's own unit file has it, without what needs CAP_SYS_RESOURCE: above all, it has no KillMode. */
const UNIT_FILE = `[Unit]
Description=Container Runtime Interface for OCI (CRI-O)
[Service]
Type=notify
ExecStart=/usr/local/bin/crio
ExecReload=/bin/kill -s HUP $MAINPID
TasksMax=infinity
TimeoutStartSec=0
Restart=on-failure
RestartSec=10
[Install]
WantedBy=multi-user.target
`;

/** A node whose CRI-O is a unit of a real systemd, to which it leaves cgroups. */
export class CrioUnit extends UnitNode {
  static async start(images: readonly ImageArchive[]): Promise<CrioUnit> {
    const registry = await ImageRegistry.start(images);
    const programs = await crio();
    const systemd = await SystemdNode.boot({
      files: { [`/etc/systemd/system/${CRIO_UNIT}`]: UNIT_FILE, ...somebodysFiles('systemd'), ...registryFiles(registry) },
      programs,
      plainFolders: ['/var/lib/containers'],
    });
    const node = new CrioUnit(systemd, registry);
    try {
      // The small Debian lacks what the monitor is linked with.
      for (const library of programs.flatMap(sharedLibraries)) node.write(`/usr/local/lib/${basename(library)}`, readFileSync(library));
      node.exec('ldconfig');
      node.exec('systemctl', 'start', CRIO_UNIT);
      await pullImages(node.socket, images);
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  readonly version = 'CRI-O';
  /** Until a test has CRI-O manage cgroups itself. */
  systemdCgroup = true;

  private constructor(systemd: SystemdNode, private readonly registry: ImageRegistry) {
    super(systemd);
  }

  get socket(): string {
    return this.path('/run/crio/crio.sock');
  }

  /** /var/run is a link that would lead out of the node. */
  path(path: string): string {
    return super.path(path.replace(/^\/var\/run\//, '/run/'));
  }

  async stop(): Promise<void> {
    await super.stop();
    await this.registry.stop();
  }
}

/** What a dynamically linked program needs beside the C library, which each node has. */
function sharedLibraries(program: string): string[] {
  const listed = execFileSync('sh', ['-c', 'ldd "$0" || true', program], { encoding: 'utf8' });
  return [...listed.matchAll(/=> (\/\S+) \(0x/g)].map(match => match[1]).filter(path => !/\/lib(c|m)\.so/.test(path));
}
