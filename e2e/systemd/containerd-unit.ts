import { rmSync } from 'node:fs';
import { SystemdNode } from './systemd-node';
import { UnitNode } from './unit-node';
import { ImageArchive, pauseImage } from '../node/images';
import { containerd, ContainerdVersion, runc } from '../toolchain';

export const CONTAINERD_UNIT = 'containerd.service';
export const CONTAINERD_CONFIG = '/etc/containerd/config.toml';

/** As containerd's own unit file has it, without what needs CAP_SYS_RESOURCE. */
export const CONTAINERD_UNIT_FILE = `[Unit]
Description=containerd container runtime
[Service]
Environment=CONTAINERD_LOG=info
EnvironmentFile=-/etc/default/containerd
ExecStart=/usr/local/bin/containerd --config ${CONTAINERD_CONFIG}
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
[Install]
WantedBy=multi-user.target
`;

/** A node whose cgroups are left to systemd, as kubeadm's defaults have it. */
export const GOOD_CONFIG = `version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${pauseImage().reference}'
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.containerd]
  default_runtime_name = 'runc'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = true
`;

const IMAGE_ARCHIVE = '/root/image.tar';

/** A node whose containerd is a unit of a real systemd. */
export class ContainerdUnit extends UnitNode {
  static async start(images: readonly ImageArchive[]): Promise<ContainerdUnit> {
    const version = '2.2';
    const programs = await containerd(version);
    const systemd = await SystemdNode.boot({
      files: { [`/etc/systemd/system/${CONTAINERD_UNIT}`]: CONTAINERD_UNIT_FILE, [CONTAINERD_CONFIG]: GOOD_CONFIG },
      programs: [programs.containerd, programs.shim, programs.ctr, await runc()],
      plainFolders: ['/var/lib/containerd'],
    });
    const node = new ContainerdUnit(version, systemd);
    try {
      node.exec('systemctl', 'start', CONTAINERD_UNIT);
      for (const image of images) node.importImage(image);
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  readonly systemdCgroup = true;

  private constructor(readonly version: ContainerdVersion, systemd: SystemdNode) {
    super(systemd);
  }

  get socket(): string {
    return this.path('/run/containerd/containerd.sock');
  }

  get systemdSocket(): string {
    return this.systemd.systemdSocket;
  }

  private importImage({ archive }: ImageArchive): void {
    this.write(IMAGE_ARCHIVE, archive);
    this.exec('ctr', '--namespace', 'k8s.io', 'images', 'import', IMAGE_ARCHIVE);
    rmSync(this.path(IMAGE_ARCHIVE));
  }
}
