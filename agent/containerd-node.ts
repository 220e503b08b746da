import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asRead, onThisNode } from './containerd/config-as-read';
import { configNotices, enablesSelinux } from './containerd/config-facts';
import { adviceFor } from './containerd/containerd-advice';
import { configFileOf, containerdCommand } from './containerd/containerd-command';
import { containerdVersion, mergesDropIns } from './containerd/containerd-version';
import { hasOwnCopy } from './containerd/copied-config';
import { HostFiles, hostFiles } from './containerd/host-files';
import { writtenByUs } from './containerd/installed-handlers';
import { loadConfig } from './containerd/loaded-config';
import { outdatedHandlers, servedRuntimes, writtenRuntimes } from './containerd/our-runtimes';
import { ContainerdTables, planContainerdChanges } from './containerd/plan-changes';
import { workingSnapshotters } from './containerd/snapshotters';
import { validateContainerdChanges } from './containerd/validate-changes';
import { waitForCri } from './cri/wait-for-cri';
import { CriNode, SHIM } from './cri-node';
import { FileChange } from './file-change';
import { WantedTables } from './handler-tables';
import { Host } from './host/host';
import { runningShims } from './host/running-shims';
import { ContainerRuntimeFacts, Endangered, Node, NodeOptions, Validation } from './node';
import { proveHandler } from './prove';
import { ContainerdPlatformPlan } from '../src/installer/install-plan';
import { HOST_USR, POD_LAYOUT } from '../src/installer/pod-layout';

const CRI_READY_MS = 60_000;
/** A node without CRI turns NotReady after about 34 s: by then what was there before has to be back. */
const RESTARTED_MS = 30_000;
const POLL_MS = 250;

/** A node whose container runtime is containerd. */
export class ContainerdNode extends CriNode<ContainerdPlatformPlan> implements Node {
  readonly containerRuntimeName = 'containerd';

  constructor(host: Host, platform: ContainerdPlatformPlan, private readonly options: NodeOptions = {}) {
    super(host, platform);
  }

  async containerRuntime(): Promise<ContainerRuntimeFacts> {
    const version = await containerdVersion(await this.command());
    const config = loadConfig(this.files(), this.platform.configFile);
    return {
      version,
      configFile: await this.configFile(),
      selinux: enablesSelinux(config) ? 'enable_selinux' : undefined,
      notices: [...configNotices(version, config), ...adviceFor(version), ...this.updateNotices(version)],
    };
  }

  async planHandlers(owner: string, handlers: readonly WantedTables[]): Promise<FileChange[]> {
    const version = this.options.asRunning ? await this.runningVersion() : await containerdVersion(await this.command());
    return planContainerdChanges({
      platform: this.platform,
      containerdVersion: version,
      files: this.files(),
      handlers: handlers.map(containerdTables),
      owner,
    });
  }

  async validateHandlers(changes: readonly FileChange[], handlers: readonly WantedTables[]): Promise<Validation> {
    const command = await this.command();
    const read = asRead(this.platform, await containerdVersion(command), { files: this.files(), changes });
    const changesBehaviour = await validateContainerdChanges({
      command,
      platform: onThisNode(this.platform, this.files()),
      ...read,
      handlers: handlers.map(containerdTables),
    });
    return {
      changesBehaviour,
      finding: changesBehaviour ? 'containerd reads only our handlers differently, and its CRI comes up' : 'containerd reads nothing differently',
    };
  }

  /** The unit that containerd brings is for the daemon alone; one that somebody wrote may not be, and each Pod has a shim, the installer's too. */
  async endangered(): Promise<Endangered | undefined> {
    const shims = (await this.strategy.alsoEnded()).filter((command) => SHIM.test(command));
    return shims.length === 0 ? undefined : {
      passes: false,
      message: `a restart of containerd would end ${shims.length} ${shims.length === 1 ? 'shim' : 'shims'} of running Pods with it, as its unit has no KillMode=process: `
        + 'set that for the unit (systemctl edit), as containerd\'s own one has it',
    };
  }

  async snapshotters(): Promise<readonly string[]> {
    return workingSnapshotters(this.platform.socket);
  }

  /** Those that it has as our files say: one that it has by the same name from elsewhere is not served. */
  async servedHandlers(): Promise<readonly string[]> {
    const status = await this.status();
    const outdated = outdatedHandlers(status, writtenByUs(this.platform, this.files()));
    return (status.handlers ?? Object.keys(status.config?.containerd?.runtimes ?? {})).filter((handler) => !outdated.includes(handler));
  }

  async activate(): Promise<string> {
    await this.strategy.restart();
    const { socket, restart } = this.platform;
    // What has containerd as its child may take longer to start it than a unit that is containerd.
    await waitForCri(socket, restart.kind === 'systemd' && restart.seconds ? restart.seconds * 1000 : RESTARTED_MS);
    if (restart.kind === 'watched') await this.untilRead();
    return 'runs again and its CRI is ready';
  }

  /** Nobody says when it has: its handlers that have our files are then those of the drop-in, with the same files. */
  private async untilRead(): Promise<void> {
    const { socket, dropInFile } = this.platform;
    const wanted = writtenRuntimes(this.files().read(dropInFile)?.toString('utf8') ?? '');
    const deadline = performance.now() + CRI_READY_MS;
    for (let last = 'nothing'; ; await sleep(POLL_MS)) {
      try {
        last = servedRuntimes(await this.status());
        if (last === wanted) return;
      } catch (error) {
        // It is being restarted.
        last = (error as Error).message;
      }
      if (performance.now() >= deadline) {
        throw new Error(`containerd at ${socket} was not restarted with ${dropInFile} within ${CRI_READY_MS} ms: it has "${last}" where "${wanted}" is wanted`);
      }
    }
  }

  async proveHandler(handler: string): Promise<void> {
    await proveHandler(this.platform.socket, handler);
  }

  async runningShims(): Promise<readonly string[] | undefined> {
    return runningShims(this.host, this.platform.socket, this.platform.state);
  }

  private files(): HostFiles {
    const { configFile, managed, copied, imported = [] } = this.platform;
    const files = [configFile, ...(managed ? [managed.mergedFile] : []), ...(copied ? [copied.unitDropIn] : [])];
    const folders = [...files.map((path) => dirname(path)), ...imported];
    return hostFiles({ ...Object.fromEntries(folders.map((folder) => [folder, folder])), [HOST_USR]: POD_LAYOUT.hostUsr });
  }

  /** What would keep the node from starting after an update, when nothing of ours runs there to put it right. */
  private updateNotices(version: string): string[] {
    const { managed, dropInFile, name } = this.platform;
    if (!managed || mergesDropIns(version)) return [];
    return [`${dropInFile} has version 2 tables, with which the ${name} releases that bring containerd 2 (k0s 1.36) do not start: take everything back (ABSENT) before such an update`];
  }

  /** The main file that containerd reads; undefined where its command line cannot be known. */
  private async configFile(): Promise<string | undefined> {
    const { embedded, copied, configFile } = this.platform;
    const running = embedded ? undefined : await this.strategy.command();
    if (!running) return undefined;
    const found = configFileOf(running, await this.strategy.environment());
    // The copy will be made, or has been.
    return copied && found === copied.original && !hasOwnCopy(this.platform, this.files()) ? configFile : found;
  }

  private async command(): Promise<readonly string[]> {
    const { embedded, binaries } = this.platform;
    return containerdCommand(POD_LAYOUT.hostUsr, embedded ? undefined : await this.strategy.command(), binaries).command;
  }

  private async runningVersion(): Promise<string> {
    return (await this.ask((cri) => cri.version())).runtimeVersion.replace(/^v/, '');
  }
}

function containerdTables({ handler, v2, v3, kept }: WantedTables): ContainerdTables {
  if (v2 === undefined || v3 === undefined) throw new Error(`the plan has no tables of containerd for the handler ${handler}: apply all objects of the installer together`);
  return { handler, v2, v3, kept };
}
