import { hostFiles } from '../../agent/containerd/host-files';
import { installedHandlers } from '../../agent/containerd/installed-handlers';
import { ContainerdTables, planContainerdChanges } from '../../agent/containerd/plan-changes';
import { FileChange } from '../../agent/file-change';
import { Host } from '../../agent/host/host';
import { runningShims } from '../../agent/host/running-shims';
import { Kubelet, KubeletUnit } from '../../agent/kubelet/kubelet';
import { ContainerRuntimeFacts, Endangered, Node, RunningPod, Validation } from '../../agent/node';
import { KubeletRestart } from '../../agent/restart/kubelet-restart';
import { ContainerdPlatformPlan } from '../../src/installer/install-plan';

const KUBEADM_DROP_IN = 'Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"\n';

/** What a daemon on the fake node has read, and what happened to it; survives the runs of the agent. */
export class FakeDaemons {
  served: readonly string[] = [];
  containerdRestarts = 0;
  kubeletRestarts: KubeletRestart[] = [];
  /** As kubeadm's packages have it. */
  kubeletUnit: KubeletUnit = {
    loadState: 'loaded',
    command: ['/usr/bin/kubelet', '$KUBELET_KUBECONFIG_ARGS', '$KUBELET_CONFIG_ARGS', '$KUBELET_KUBEADM_ARGS', '$KUBELET_EXTRA_ARGS'],
    environment: ['KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml'],
  };
  /** Flags that the kubelet's program knows. */
  kubeletFlags: readonly string[] = ['--config', '--runtime-request-timeout'];
  proofs: string[] = [];
  pods: readonly RunningPod[] = [];
}

export interface FakeNodeOptions {
  readonly host: Host;
  readonly platform: ContainerdPlatformPlan;
  readonly daemons: FakeDaemons;
  readonly version?: string;
  readonly facts?: Partial<ContainerRuntimeFacts>;
  readonly snapshotters?: readonly string[];
  /** What a restart would end, asked as often as the agent asks. */
  readonly endangered?: () => Endangered | undefined;
  /** The changes of files have no effect on containerd. */
  readonly changesNothing?: boolean;
  /** Throws where something is to go wrong; called with what is done: `restart`, `restart kubelet`, `prove runsc`, `validate`. */
  readonly fail?: (what: string) => void;
}

/** A node with real files in a scratch folder, planned for by the real code, and daemons that only remember. */
export class FakeNode implements Node {
  readonly containerRuntimeName = 'containerd';
  readonly proof = 'a pod sandbox';
  readonly architecture = 'amd64';
  readonly kubelet: Kubelet = {
    unit: async () => this.options.daemons.kubeletUnit,
    complaint: async (_, [flag]) => {
      this.do('ask kubelet');
      return this.options.daemons.kubeletFlags.includes(flag.split('=')[0]) ? undefined : `unknown flag: ${flag.split('=')[0]}`;
    },
    restart: async (kubelet) => {
      this.do('restart kubelet');
      const { daemons } = this.options;
      daemons.kubeletRestarts.push(kubelet);
      if (kubelet.kind === 'systemd') daemons.kubeletUnit = { ...daemons.kubeletUnit, environment: this.environment() };
    },
  };
  readonly host: Host;

  constructor(private readonly options: FakeNodeOptions) {
    this.host = options.host;
  }

  async containerRuntime(): Promise<ContainerRuntimeFacts> {
    return { version: this.version, configFile: this.options.platform.configFile, selinux: undefined, notices: [], ...this.options.facts };
  }

  async planHandlers(owner: string, handlers: readonly ContainerdTables[]): Promise<FileChange[]> {
    return planContainerdChanges({ platform: this.options.platform, containerdVersion: this.version, files: this.files(), handlers, owner });
  }

  async validateHandlers(): Promise<Validation> {
    this.do('validate');
    return { changesBehaviour: !this.options.changesNothing, finding: 'tried' };
  }

  async endangered(): Promise<Endangered | undefined> {
    return this.options.endangered?.();
  }

  async snapshotters(): Promise<readonly string[]> {
    return this.options.snapshotters ?? ['overlayfs'];
  }

  async servedHandlers(): Promise<readonly string[]> {
    return this.options.daemons.served;
  }

  async activate(): Promise<string> {
    this.do('restart');
    const { daemons, platform } = this.options;
    daemons.containerdRestarts++;
    daemons.served = installedHandlers(platform, this.files());
    return 'runs again';
  }

  async proveHandler(handler: string): Promise<void> {
    this.do(`prove ${handler}`);
    if (!this.options.daemons.served.includes(handler)) throw new Error(`the container runtime does not serve handler "${handler}"`);
    this.options.daemons.proofs.push(handler);
  }

  async proveDefaultRuntime(): Promise<void> {
    this.do('prove default');
    this.options.daemons.proofs.push('');
  }

  async runningPods(): Promise<readonly RunningPod[]> {
    return this.options.daemons.pods;
  }

  async runningShims(): Promise<readonly string[] | undefined> {
    return runningShims(this.host, this.options.platform.socket);
  }

  /** What systemd makes of the drop-ins, in the order of their names. */
  private environment(): string[] {
    const folder = '/etc/systemd/system/kubelet.service.d';
    const assigned = new Map(['10-kubeadm.conf', ...this.host.list(folder)].flatMap((name) => {
      const text = name === '10-kubeadm.conf' ? KUBEADM_DROP_IN : this.host.read(`${folder}/${name}`)!.toString();
      return [...text.matchAll(/^Environment="([^=]+)=(.*)"$/gm)].map(([, variable, value]) => [variable, value.replaceAll('%%', '%')] as const);
    }));
    return [...assigned].map(([variable, value]) => `${variable}=${value}`);
  }

  private get version(): string {
    return this.options.version ?? '2.2.9';
  }

  private do(what: string): void {
    // The daemons do nothing for a process that is dead.
    this.host.stat('/');
    this.options.fail?.(what);
  }

  private files() {
    const folder = this.options.platform.configFile.slice(0, this.options.platform.configFile.lastIndexOf('/'));
    return hostFiles({ [folder]: this.host.at(folder) });
  }
}
