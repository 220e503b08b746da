import { containerdCommand } from './containerd/containerd-command';
import { Table } from './containerd/toml';
import { waitForCri } from './cri/wait-for-cri';
import { CriNode } from './cri-node';
import { handlerOfSandbox } from './crio/handler-of-sandbox';
import { crioContent, crioRuntimes, crioSelinux, loadCrioConfig } from './crio/loaded-config';
import { planCrioChanges } from './crio/plan-changes';
import { validateCrioChanges } from './crio/validate-changes';
import { FileChange } from './file-change';
import { HandlerTables } from './handler-tables';
import { ContainerRuntimeFacts, Node, RunningPod, Validation } from './node';
import { NotYet } from './not-yet';
import { proveHandler } from './prove';
import { runningPods } from './running-pods';
import { CrioPlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

const CRI_READY_MS = 60_000;
const DEFAULT_CONFIG_FILE = '/etc/crio/crio.conf';

/** A node whose container runtime is CRI-O. */
export class CrioNode extends CriNode<CrioPlatformPlan> implements Node {
  readonly containerRuntimeName = 'crio';

  async containerRuntime(): Promise<ContainerRuntimeFacts> {
    const running = await this.strategy.command();
    const { runtimeVersion: version } = await this.ask((cri) => cri.version());
    const selinux = crioSelinux(loadCrioConfig(this.host, this.platform));
    return {
      version,
      configFile: running && configFileOf(running),
      // Where the drop-ins turn it off, that is what they are for.
      selinux: selinux === true && !this.platform.disablesSelinux ? 'selinux' : undefined,
      notices: this.platform.disablesSelinux ? ['SELinux is off for every container of this node, as the platform of the installer says (disableSelinux)'] : [],
    };
  }

  async planHandlers(owner: string, handlers: readonly HandlerTables[]): Promise<FileChange[]> {
    return planCrioChanges(this.host, this.platform, owner, handlers);
  }

  async validateHandlers(changes: readonly FileChange[], handlers: readonly HandlerTables[]): Promise<Validation> {
    await this.requireShimsSurvive();
    const { command } = containerdCommand(POD_LAYOUT.hostUsr, await this.strategy.command(), this.platform.binaries, 'crio');
    return validateCrioChanges({ command, platform: this.platform, files: loadCrioConfig(this.host, this.platform), changes, handlers });
  }

  /** Those that it has as the files say: it may have been started with others. */
  async servedHandlers(): Promise<readonly string[]> {
    const { handlers, config } = await this.status();
    const configured = this.configured();
    const running = config?.crio?.Runtimes;
    return (handlers ?? [...configured.keys()]).filter((handler) => {
      const [table, runtime] = [configured.get(handler), running?.[handler]];
      return !table || !runtime || (runtime.RuntimePath === table.runtime_path && (runtime.RuntimeConfigPath ?? '') === (table.runtime_config_path ?? ''));
    });
  }

  /**
   * CRI-O also reads its files again when it gets SIGHUP and lists the new handlers then, but what starts Pods keeps to
   * those that it was started with.
   *
   * @see https://github.com/cri-o/cri-o/issues/10202
   */
  async activate(): Promise<string> {
    await this.strategy.restart();
    await waitForCri(this.platform.socket, CRI_READY_MS);
    return 'runs again and its CRI is ready';
  }

  async proveHandler(handler: string): Promise<void> {
    await proveHandler(this.platform.socket, handler, { mayBeUnlisted: true });
  }

  override async runningPods(): Promise<readonly RunningPod[]> {
    return runningPods(this.platform.socket, handlerOfSandbox);
  }

  /** CRI-O does not tell which release a sandbox was started from, only by the name of which handler. */
  async runningShims(): Promise<readonly string[] | undefined> {
    const running = await this.runningPods();
    return running.some(({ handler }) => handler !== '') ? undefined : [];
  }

  /** Handlers that the files define. Of one that stands twice the last table counts. */
  private configured(): Map<string, Table> {
    return new Map(loadCrioConfig(this.host, this.platform).flatMap((file) => Object.entries(crioRuntimes(crioContent(file)))));
  }

  /** CRI-O gives containers of runc control groups of their own, but leaves shims in its own one. */
  private async requireShimsSurvive(): Promise<void> {
    const shims = await this.endangeredShims();
    if (!shims.length) return;
    throw new NotYet(`CRI-O has to be restarted, and systemd would end ${shims.length} ${shims.length === 1 ? 'shim' : 'shims'} with it (${shims[0]}${shims.length > 1 ? ', ...' : ''}): `
      + 'drain the node, or set KillMode=process for the unit of CRI-O, and the next attempt goes on');
  }
}

/** The main file that a CRI-O with these arguments reads. */
function configFileOf(argv: readonly string[]): string {
  for (const [index, argument] of argv.entries()) {
    const match = /^(?:-c|--config)(?:=(.*))?$/.exec(argument);
    if (match) return match[1] ?? argv[index + 1] ?? DEFAULT_CONFIG_FILE;
  }
  return DEFAULT_CONFIG_FILE;
}
