import { setTimeout as sleep } from 'node:timers/promises';
import { containerdCommand } from './containerd/containerd-command';
import { waitForCri } from './cri/wait-for-cri';
import { CriNode } from './cri-node';
import { crioContent, crioHandlers, crioSelinux, loadCrioConfig } from './crio/loaded-config';
import { planCrioChanges } from './crio/plan-changes';
import { validateCrioChanges } from './crio/validate-changes';
import { FileChange } from './file-change';
import { HandlerTables } from './handler-tables';
import { ContainerRuntimeFacts, Node, Validation } from './node';
import { proveHandler } from './prove';
import { CrioPlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

const CRI_READY_MS = 60_000;
const RELOADED_MS = 15_000;
const POLL_MS = 50;
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

  async servedHandlers(): Promise<readonly string[]> {
    // One that does not report its handlers is not asked to read them again for that.
    return (await this.status()).handlers ?? this.configured();
  }

  async activate(): Promise<string> {
    if (this.platform.disablesSelinux) {
      await this.strategy.restart();
      await waitForCri(this.platform.socket, CRI_READY_MS);
      return 'runs again and its CRI is ready';
    }
    await this.strategy.reload();
    const deadline = performance.now() + RELOADED_MS;
    for (;;) {
      const { handlers } = await this.status();
      const missing = handlers && this.configured().filter((handler) => !handlers.includes(handler));
      if (!missing?.length) return 'has read its configuration again, and no container was touched';
      if (performance.now() >= deadline) {
        throw new Error(`CRI-O was told to read its configuration again, and after ${RELOADED_MS} ms it does not serve ${missing.join(', ')}: look into journalctl -u crio`);
      }
      await sleep(POLL_MS);
    }
  }

  async proveHandler(handler: string): Promise<void> {
    await proveHandler(this.platform.socket, handler, { mayBeUnlisted: true });
  }

  /** CRI-O does not tell which release a sandbox was started from, only by the name of which handler. */
  async runningShims(): Promise<readonly string[] | undefined> {
    const running = await this.runningPods();
    return running.some(({ handler }) => handler !== '') ? undefined : [];
  }

  /** Handlers that the files define. */
  private configured(): string[] {
    return loadCrioConfig(this.host, this.platform).flatMap((file) => crioHandlers(crioContent(file)));
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
