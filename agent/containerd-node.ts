import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { configNotices, enablesSelinux } from './containerd/config-facts';
import { configFileOf, containerdCommand } from './containerd/containerd-command';
import { containerdVersion } from './containerd/containerd-version';
import { hostFiles } from './containerd/host-files';
import { loadConfig } from './containerd/loaded-config';
import { HandlerTables, planContainerdChanges } from './containerd/plan-changes';
import { workingSnapshotters } from './containerd/snapshotters';
import { validateContainerdChanges } from './containerd/validate-changes';
import { CriClient, CriStatus } from './cri/cri-client';
import { waitForCri } from './cri/wait-for-cri';
import { FileChange } from './file-change';
import { Host } from './host/host';
import { runningShims } from './host/running-shims';
import { ContainerRuntimeFacts, KubeletRestart, Node, RunningPod, Validation } from './node';
import { proveDefaultRuntime, proveHandler } from './prove';
import { restartStrategy } from './restart/plan-restart';
import { RestartStrategy } from './restart/restart-strategy';
import { runningPods } from './running-pods';
import { SystemdManager } from './systemd/systemd-manager';
import { PlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

const CRI_READY_MS = 60_000;
const KUBELET_ACTIVE_MS = 30_000;
/** A kubelet that cannot read its configuration ends within a second of its start. */
const KUBELET_SETTLED_MS = 3_000;

const ARCHITECTURES: { readonly [nodeJs: string]: string } = { x64: 'amd64' };

/** A node whose container runtime is containerd. */
export class ContainerdNode implements Node {
  readonly containerRuntimeName = 'containerd';
  readonly architecture = ARCHITECTURES[process.arch] ?? process.arch;
  private readonly strategy: RestartStrategy;

  constructor(readonly host: Host, private readonly platform: PlatformPlan) {
    this.strategy = restartStrategy(platform.restart);
  }

  async containerRuntime(): Promise<ContainerRuntimeFacts> {
    const running = await this.strategy.command();
    const version = await containerdVersion(await this.command());
    const config = loadConfig(this.files(), this.platform.configFile);
    return {
      version,
      configFile: running && configFileOf(running),
      selinux: enablesSelinux(config),
      notices: configNotices(version, config),
    };
  }

  async planHandlers(owner: string, handlers: readonly HandlerTables[]): Promise<FileChange[]> {
    const version = await containerdVersion(await this.command());
    return planContainerdChanges({ platform: this.platform, containerdVersion: version, files: this.files(), handlers, owner });
  }

  async validateHandlers(changes: readonly FileChange[], handlers: readonly HandlerTables[]): Promise<Validation> {
    const command = await this.command();
    const changesBehaviour = await validateContainerdChanges({ command, platform: this.platform, files: this.files(), changes, handlers });
    return {
      changesBehaviour,
      finding: changesBehaviour ? 'containerd reads only our handlers differently, and its CRI comes up' : 'containerd reads nothing differently',
    };
  }

  async snapshotters(): Promise<readonly string[]> {
    return workingSnapshotters(this.platform.socket);
  }

  async servedHandlers(): Promise<readonly string[]> {
    const { handlers, config } = await this.status();
    return handlers ?? Object.keys(config?.containerd?.runtimes ?? {});
  }

  async activate(): Promise<string> {
    await this.strategy.restart();
    await waitForCri(this.platform.socket, CRI_READY_MS);
    return 'runs again and its CRI is ready';
  }

  async restartKubelet({ unit, kind }: KubeletRestart): Promise<void> {
    const systemd = await SystemdManager.connect();
    try {
      if (kind === 'systemd') await systemd.daemonReload();
      const previousPid = await systemd.mainPid(unit);
      await systemd.resetFailedUnit(unit);
      const job = await systemd.restartUnit(unit);
      await systemd.waitActive(unit, { job, previousPid }, KUBELET_ACTIVE_MS);
      const pid = await systemd.mainPid(unit);
      await wait(KUBELET_SETTLED_MS);
      if (await systemd.mainPid(unit) !== pid) throw new Error(`${unit} started and ended again: look into journalctl -u ${unit}`);
    } finally {
      systemd.close();
    }
  }

  async proveHandler(handler: string): Promise<void> {
    await proveHandler(this.platform.socket, handler);
  }

  async proveDefaultRuntime(): Promise<void> {
    await proveDefaultRuntime(this.platform.socket);
  }

  async runningPods(): Promise<readonly RunningPod[]> {
    return runningPods(this.platform.socket);
  }

  async runningShims(): Promise<readonly string[] | undefined> {
    return runningShims(this.host, this.platform.socket);
  }

  private files() {
    const configuration = dirname(this.platform.configFile);
    return hostFiles({ [configuration]: configuration, '/usr': POD_LAYOUT.hostUsr });
  }

  private async command(): Promise<readonly string[]> {
    return containerdCommand(POD_LAYOUT.hostUsr, await this.strategy.command(), this.platform.binaries).command;
  }

  private async status(): Promise<CriStatus> {
    const cri = new CriClient(this.platform.socket);
    try {
      return await cri.status();
    } finally {
      cri.close();
    }
  }
}
