import { dirname } from 'node:path';
import { configNotices, enablesSelinux } from './containerd/config-facts';
import { adviceFor } from './containerd/containerd-advice';
import { configFileOf, containerdCommand } from './containerd/containerd-command';
import { containerdVersion } from './containerd/containerd-version';
import { hostFiles } from './containerd/host-files';
import { loadConfig } from './containerd/loaded-config';
import { ContainerdTables, planContainerdChanges } from './containerd/plan-changes';
import { workingSnapshotters } from './containerd/snapshotters';
import { validateContainerdChanges } from './containerd/validate-changes';
import { CriClient, CriStatus } from './cri/cri-client';
import { waitForCri } from './cri/wait-for-cri';
import { FileChange } from './file-change';
import { HandlerTables } from './handler-tables';
import { ARCHITECTURE } from './host/architecture';
import { Host } from './host/host';
import { runningShims } from './host/running-shims';
import { SystemdKubelet } from './kubelet/kubelet';
import { ContainerRuntimeFacts, Node, NodeOptions, RunningPod, Validation } from './node';
import { proveDefaultRuntime, proveHandler } from './prove';
import { restartStrategy } from './restart/plan-restart';
import { RestartStrategy } from './restart/restart-strategy';
import { runningPods } from './running-pods';
import { ContainerdPlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

const CRI_READY_MS = 60_000;

/** A node whose container runtime is containerd. */
export class ContainerdNode implements Node {
  readonly containerRuntimeName = 'containerd';
  readonly proof = 'a pod sandbox';
  readonly architecture = ARCHITECTURE;
  readonly kubelet = new SystemdKubelet();
  private readonly strategy: RestartStrategy;

  constructor(readonly host: Host, private readonly platform: ContainerdPlatformPlan, private readonly options: NodeOptions = {}) {
    this.strategy = restartStrategy(platform.restart);
  }

  async containerRuntime(): Promise<ContainerRuntimeFacts> {
    const running = await this.strategy.command();
    const version = await containerdVersion(await this.command());
    const config = loadConfig(this.files(), this.platform.configFile);
    return {
      version,
      configFile: running && configFileOf(running),
      selinux: enablesSelinux(config) ? 'enable_selinux' : undefined,
      notices: [...configNotices(version, config), ...adviceFor(version)],
    };
  }

  async planHandlers(owner: string, handlers: readonly HandlerTables[]): Promise<FileChange[]> {
    const version = this.options.asRunning ? await this.runningVersion() : await containerdVersion(await this.command());
    return planContainerdChanges({
      platform: this.platform,
      containerdVersion: version,
      files: this.files(),
      handlers: handlers.map(containerdTables),
      owner,
    });
  }

  async validateHandlers(changes: readonly FileChange[], handlers: readonly HandlerTables[]): Promise<Validation> {
    const command = await this.command();
    const changesBehaviour = await validateContainerdChanges({
      command,
      platform: this.platform,
      files: this.files(),
      changes,
      handlers: handlers.map(containerdTables),
    });
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

  private status(): Promise<CriStatus> {
    return this.ask((cri) => cri.status());
  }

  private async runningVersion(): Promise<string> {
    return (await this.ask((cri) => cri.version())).runtimeVersion.replace(/^v/, '');
  }

  private async ask<T>(question: (cri: CriClient) => Promise<T>): Promise<T> {
    const cri = new CriClient(this.platform.socket);
    try {
      return await question(cri);
    } finally {
      cri.close();
    }
  }
}

function containerdTables({ handler, v2, v3 }: HandlerTables): ContainerdTables {
  if (v2 === undefined || v3 === undefined) throw new Error(`the plan has no tables of containerd for the handler ${handler}: apply all objects of the installer together`);
  return { handler, v2, v3 };
}
