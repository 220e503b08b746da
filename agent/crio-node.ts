import { containerdCommand } from './containerd/containerd-command';
import { Table } from './containerd/toml';
import { waitForCri } from './cri/wait-for-cri';
import { CriNode, SHIM } from './cri-node';
import { handlerOfSandbox } from './crio/handler-of-sandbox';
import { crioContent, crioRuntimes, crioSelinux, loadCrioConfig } from './crio/loaded-config';
import { planCrioChanges } from './crio/plan-changes';
import { validateCrioChanges } from './crio/validate-changes';
import { FileChange } from './file-change';
import { HandlerTables } from './handler-tables';
import { ContainerRuntimeFacts, Endangered, Node, RunningPod, Validation } from './node';
import { proveHandler } from './prove';
import { podNames, runningPods } from './running-pods';
import { HOST_LAYOUT } from '../src/installer/host-layout';
import { CrioPlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

const CRI_READY_MS = 60_000;
/** What watches a container of runc. */
const MONITOR = /^(\S*\/)?conmon(rs)?(\s|$)/;
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

  /**
   * With cgroupfs the monitors of all containers are in CRI-O's own control group, the installer's too; shims are there
   * whatever manages the groups.
   */
  async endangered(): Promise<Endangered | undefined> {
    const ended = (await this.strategy.alsoEnded()).filter((command) => SHIM.test(command) || MONITOR.test(command));
    // One that does not answer has to be restarted in any case.
    const status = ended.length === 0 ? undefined : await this.status().catch(() => undefined);
    if (!status) return undefined;
    const crio = status.config?.crio;
    if (crio?.CgroupManagerName === 'cgroupfs' && ended.some((command) => MONITOR.test(command))) {
      return {
        passes: false,
        message: 'a restart of CRI-O would end all containers of the node with it, as its unit has no KillMode=process and cgroup_manager is "cgroupfs": '
          + 'set KillMode=process for the unit (systemctl edit), or leave cgroups to systemd',
      };
    }
    if (!ended.some((command) => SHIM.test(command))) return undefined;
    const ofShims = (handler: string) => (crio?.Runtimes?.[handler]?.RuntimeType ?? 'vm') === 'vm';
    const pods = (await this.runningPods()).filter(({ handler }) => handler !== '' && ofShims(handler));
    return pods.length === 0 ? undefined : {
      passes: true,
      message: `CRI-O has to be restarted, and systemd would end the shims of ${podNames(pods)} with it: delete these Pods or drain the node, `
        + 'or set KillMode=process for the unit of CRI-O, and the next attempt goes on',
    };
  }

  async proveHandler(handler: string): Promise<void> {
    try {
      await proveHandler(this.platform.socket, handler, { mayBeUnlisted: true });
    } catch (error) {
      const { message } = error as Error;
      // Somebody had it read its files again, so that they seemed to be those that it runs with.
      throw message.includes('failed to find runtime handler') ? new Error(`${message}; restart CRI-O, which has only listed the handler since it was told to reload`) : error;
    }
  }

  override async runningPods(): Promise<readonly RunningPod[]> {
    return runningPods(this.platform.socket, handlerOfSandbox);
  }

  /** CRI-O does not tell which release a sandbox was started from, only by the name of which handler. */
  async runningShims(): Promise<readonly string[] | undefined> {
    const [running, { config }] = await Promise.all([this.runningPods(), this.status()]);
    const ofOthers = (handler: string) => config?.crio?.Runtimes?.[handler]?.RuntimePath?.startsWith(`${HOST_LAYOUT.opt}/`) === false;
    return running.some(({ handler }) => handler !== '' && !ofOthers(handler)) ? undefined : [];
  }

  /** Handlers that the files define. Of one that stands twice the last table counts. */
  private configured(): Map<string, Table> {
    return new Map(loadCrioConfig(this.host, this.platform).flatMap((file) => Object.entries(crioRuntimes(crioContent(file)))));
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
