import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_ADDRESS, POD_SUBNET } from './cluster-network';
import { commandLineOf, processesInCgroup } from './processes';
import type { ImageArchive } from '../node/images';
import { CONTAINERD_CONFIG, CONTAINERD_UNIT, CONTAINERD_UNIT_FILE, GOOD_CONFIG } from '../systemd/containerd-unit';
import { SystemdNode } from '../systemd/systemd-node';
import { cniPlugins, containerd, dynamicContainerd, kubernetes, runc } from '../toolchain';

const IMAGE_ARCHIVE = '/root/image.tar';

const KUBELET_UNIT = 'kubelet.service';
const KUBELET_CONFIG = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: '/etc/kubernetes/kubelet-client.crt' } },
  authorization: { mode: 'Webhook' },
  cgroupDriver: 'systemd',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  resolvConf: '',
  // Nobody answers there; without one, every Pod gets an event.
  clusterDNS: ['10.96.0.10'],
  failSwapOn: false,
  // As far as the machine is not a node: old cgroups, a shared disk, no CAP_SYS_RESOURCE.
  failCgroupV1: false,
  enforceNodeAllocatable: [],
  oomScoreAdj: 0,
  localStorageCapacityIsolation: false,
  imageGCHighThresholdPercent: 100,
  evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
};

const CNI_CONFIG = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [{
    type: 'bridge',
    bridge: 'pods0',
    isGateway: true,
    ipam: { type: 'host-local', dataDir: '/run/cni-addresses', ranges: [[{ subnet: POD_SUBNET }]], routes: [{ dst: '0.0.0.0/0' }] },
  }],
};

const PROGRAMS = '/usr/local/bin';

const CONTAINERD_CNI = `[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['${PROGRAMS}']
  conf_dir = '/etc/cni/net.d'
`;

/** How containerd is linked: `dynamic` as by most distributions. */
export type Linking = 'static' | 'dynamic';

export interface ClusterNodeOptions {
  readonly name: string;
  readonly kubeconfig: string;
  /** PEM of the certificate by which the kubelet knows the API server. */
  readonly clientCertificate: string;
  /** A new network for each boot, by its path. */
  readonly network: () => Promise<string>;
  readonly linking?: Linking;
}

/** A node of a cluster: systemd, containerd and a kubelet. */
export class ClusterNode {
  static async boot({ name, kubeconfig, clientCertificate, network, linking }: ClusterNodeOptions): Promise<ClusterNode> {
    const programs = await containerd('2.2');
    const daemon = linking === 'dynamic' ? await dynamicContainerd('2.2') : programs.containerd;
    const systemd = await SystemdNode.boot({
      files: {
        [`/etc/systemd/system/${CONTAINERD_UNIT}`]: CONTAINERD_UNIT_FILE,
        [`/etc/systemd/system/${KUBELET_UNIT}`]: kubeletUnit(name),
        // A container that ignores SIGTERM holds up a shutdown no longer than this.
        '/etc/systemd/system.conf.d/stop.conf': '[Manager]\nDefaultTimeoutStopSec=5s\n',
        [CONTAINERD_CONFIG]: GOOD_CONFIG + CONTAINERD_CNI,
        '/etc/cni/net.d/10-pods.conflist': JSON.stringify(CNI_CONFIG),
        '/etc/kubernetes/kubelet.yaml': JSON.stringify(KUBELET_CONFIG),
        '/etc/kubernetes/kubelet.kubeconfig': kubeconfig,
        '/etc/kubernetes/kubelet-client.crt': clientCertificate,
      },
      programs: [daemon, programs.shim, programs.ctr, await runc(), await kubernetes('kubelet'), ...await cniPlugins()],
      plainFolders: ['/var/lib/containerd', '/var/lib/kubelet'],
      prepare: join(__dirname, 'prepare-kubelet.sh'),
      network,
    });
    const node = new ClusterNode(name, systemd);
    try {
      node.systemd.exec('systemctl', 'enable', '--now', CONTAINERD_UNIT, KUBELET_UNIT);
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  private constructor(
    /** As Kubernetes calls it. */
    readonly name: string,
    readonly systemd: SystemdNode,
  ) {}

  /** containerd's socket for the test's own process. */
  get socket(): string {
    return this.systemd.path('/run/containerd/containerd.sock');
  }

  /** Loads an image as a pull would have. @returns its reference by digest. */
  importImage({ archive, reference }: ImageArchive): string {
    const { systemd } = this;
    systemd.write(IMAGE_ARCHIVE, archive);
    systemd.exec('ctr', '--namespace', 'k8s.io', 'images', 'import', IMAGE_ARCHIVE);
    rmSync(systemd.path(IMAGE_ARCHIVE));
    const digest = /sha256:[0-9a-f]{64}/.exec(systemd.exec('ctr', '--namespace', 'k8s.io', 'images', 'list', `name==${reference}`))![0];
    const pinned = `${reference.replace(/:[^/:]+$/, '')}@${digest}`;
    systemd.exec('ctr', '--namespace', 'k8s.io', 'images', 'tag', '--force', reference, pinned);
    return pinned;
  }

  containerdPid(): number {
    return Number(this.systemd.exec('systemctl', 'show', '--property=MainPID', '--value', CONTAINERD_UNIT));
  }

  /** Hash of all names, modes, owners and contents below folders of the node, as far as `find` is told to look. */
  treeHash(...folders: readonly string[]): string {
    const script = 'find "$@" -exec stat -c "%n %F %a %U" {} + | sort; find "$@" -type f -exec sha256sum {} + | sort';
    return createHash('sha256').update(this.systemd.exec('sh', '-c', script, 'sh', ...folders)).digest('hex');
  }

  /** Changes with every write below folders of the node, also with one of the same bytes. */
  treeStamp(...folders: readonly string[]): string {
    return createHash('sha256').update(this.systemd.exec('find', ...folders, '-printf', '%p %i %s %m %T@ %C@\n')).digest('hex');
  }

  /** Releases of gVisor that processes of the node were started from. */
  releasesInUse(): string[] {
    const links = this.systemd.exec('sh', '-c', 'readlink /proc/[0-9]*/exe || true');
    return [...new Set([...links.matchAll(/^\/opt\/sandbox-runtimes\/gvisor\/([^/]+)\/runsc/gm)].map(match => match[1]))].sort();
  }

  /** A process of the node by its command line. */
  processId(commandLine: string): string | undefined {
    const script = 'for p in /proc/[0-9]*; do if [ "$(tr "\\0" " " <"$p/cmdline" 2>/dev/null)" = "$1 " ]; then echo "${p#/proc/}"; fi; done';
    return this.systemd.exec('sh', '-c', script, 'sh', commandLine).split('\n')[0] || undefined;
  }

  /** Kills a process of the node, if it has not ended meanwhile. */
  kill(processId: string): void {
    this.systemd.exec('sh', '-c', 'kill -9 "$1" || true', 'sh', processId);
  }

  /** The same by its command line, from outside and so at once. */
  killOutside(commandLine: string): void {
    const found = processesInCgroup(this.systemd.name).filter(pid => commandLineOf(pid) === commandLine);
    if (found.length !== 1) throw new Error(`expected one process "${commandLine}" on the node, found ${found.length}`);
    process.kill(found[0], 'SIGKILL');
  }

  /** The end of a unit's journal. */
  journal(unit: string, lines = 40): string {
    return this.systemd.exec('journalctl', '--no-pager', '--output=cat', '--unit', unit, '--lines', String(lines));
  }

  async reboot(): Promise<void> {
    await this.systemd.powerOff();
    await this.systemd.powerOn();
  }

  stop(): Promise<void> {
    return this.systemd.stop();
  }
}

function kubeletUnit(name: string): string {
  return `[Unit]
Description=kubelet
After=${CONTAINERD_UNIT}
Wants=${CONTAINERD_UNIT}
[Service]
ExecStart=${PROGRAMS}/kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.kubeconfig --hostname-override=${name} --node-ip=${NODE_ADDRESS}
Restart=always
RestartSec=2
[Install]
WantedBy=multi-user.target
`;
}
