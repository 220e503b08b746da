import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Distribution } from './distributions';
import { waitForCri } from '../../agent/cri/wait-for-cri';
import type { ImageArchive } from '../node/images';
import { SystemdNode } from '../systemd/systemd-node';
import { UnitNode } from '../systemd/unit-node';
import { containerd, runc } from '../toolchain';

const LAUNCHER = '/opt/launcher';
const IMAGE_ARCHIVE = '/root/image.tar';
const STARTED_MS = 30_000;

/** A node whose containerd is looked after by a unit of a distribution, in this distribution's places. */
export class DistributionNode extends UnitNode {
  static async start(distribution: Distribution, images: readonly ImageArchive[]): Promise<DistributionNode> {
    const { unit, service, launcher, binaries, root, state, socket, files } = distribution;
    const programs = await containerd(distribution.containerd);
    const command = `${binaries}/containerd --root ${root} --state ${state} --address ${socket}`;
    const systemd = await SystemdNode.boot({
      files: {
        [`/etc/systemd/system/${unit}`]: `[Service]\n${service}Environment=PATH=${binaries}:/usr/sbin:/usr/bin:/sbin:/bin\n${launcher === undefined ? '' : `ExecStart=/bin/sh ${LAUNCHER}\n`}`,
        [LAUNCHER]: `set -eu\nCONTAINERD='${command}'\n${launcher}\n`,
      },
      programs: [programs.ctr],
      plainFolders: [root],
    });
    const node = new DistributionNode(distribution, systemd);
    try {
      for (const [path, content] of Object.entries(files)) node.place(path, content);
      for (const program of [programs.containerd, programs.shim, await runc()]) {
        node.write(`${binaries}/${basename(program)}`, readFileSync(program));
        node.exec('chmod', '755', `${binaries}/${basename(program)}`);
      }
      node.exec('systemctl', 'start', unit);
      await node.untilStarted();
      for (const { archive } of images) {
        node.write(IMAGE_ARCHIVE, archive);
        node.exec('ctr', '--address', socket, '--namespace', 'k8s.io', 'images', 'import', IMAGE_ARCHIVE);
      }
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  private constructor(private readonly distribution: Distribution, systemd: SystemdNode) {
    super(systemd);
  }

  get version(): string {
    return this.distribution.containerd;
  }

  get systemdCgroup(): boolean {
    return this.distribution.systemdCgroup;
  }

  get socket(): string {
    return this.path(this.distribution.socket);
  }

  /** As an update of the distribution, or somebody, restarts it. */
  async restart(): Promise<void> {
    this.exec('systemctl', 'restart', this.distribution.unit);
    await this.untilStarted();
  }

  /** What the distribution's and somebody's files say now. */
  configuration(): { readonly [path: string]: string } {
    const paths = Object.entries(this.distribution.files).filter(([, content]) => !content.startsWith('-> ')).map(([path]) => path);
    return Object.fromEntries(paths.map(path => [path, this.read(path)]));
  }

  private place(path: string, content: string): void {
    const [, target] = /^-> (.*)$/.exec(content) ?? [];
    if (target === undefined) this.write(path, content);
    else this.exec('sh', '-c', 'mkdir -p "$(dirname "$1")/$2"; ln -s "$2" "$1"', 'sh', path, target);
  }

  private async untilStarted(): Promise<void> {
    try {
      await waitForCri(this.socket, STARTED_MS);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.exec('journalctl', '--no-pager', '--unit', this.distribution.unit)}`);
    }
  }
}
