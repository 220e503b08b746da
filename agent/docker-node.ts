import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { containerdCommand } from './containerd/containerd-command';
import { configFileOf, enablesSelinux, refuseConflicts } from './docker/daemon-flags';
import { DockerRuntime, readDaemonJson } from './docker/daemon-json';
import { dockerAdvice } from './docker/docker-advice';
import { EngineClient, EngineInfo } from './docker/engine-client';
import { planDockerChanges } from './docker/plan-changes';
import { isProbe, proveRuntime } from './docker/prove';
import { validateDockerChanges } from './docker/validate-changes';
import { FileChange } from './file-change';
import { HandlerTables } from './handler-tables';
import { ARCHITECTURE } from './host/architecture';
import { Host } from './host/host';
import { familiesOfHost } from './host/node-family';
import { SystemdKubelet } from './kubelet/kubelet';
import { ContainerRuntimeFacts, Node, RunningPod, Validation } from './node';
import { restartStrategy } from './restart/plan-restart';
import { RestartStrategy } from './restart/restart-strategy';
import { DockerPlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

const RELOADED_MS = 15_000;
const POLL_MS = 50;

/** Runtimes of containers that have no sandbox. */
const STOCK_RUNTIMES = ['runc', 'io.containerd.runc.v2', 'crun'];

/** A node whose container runtime is Docker Engine. */
export class DockerNode implements Node {
  readonly containerRuntimeName = 'docker';
  readonly proof = 'a container';
  readonly architecture = ARCHITECTURE;
  readonly kubelet = new SystemdKubelet();
  private readonly strategy: RestartStrategy;
  private readonly engine: EngineClient;

  constructor(readonly host: Host, private readonly platform: DockerPlatformPlan) {
    this.strategy = restartStrategy(platform.restart);
    this.engine = new EngineClient(platform.engineSocket);
  }

  async families(): Promise<readonly string[]> {
    return familiesOfHost(this.host, this.platform.restart);
  }

  async containerRuntime(): Promise<ContainerRuntimeFacts> {
    const running = await this.strategy.command() ?? [];
    refuseConflicts(running, this.platform);
    const labels = enablesSelinux(running) ? '--selinux-enabled' : this.content()['selinux-enabled'] === true ? 'selinux-enabled' : undefined;
    const version = await this.engine.version();
    return { version, configFile: running.length ? configFileOf(running) : undefined, selinux: labels, notices: dockerAdvice(version) };
  }

  async planHandlers(_owner: string, handlers: readonly HandlerTables[]): Promise<FileChange[]> {
    return planDockerChanges(this.host, this.platform, handlers);
  }

  async validateHandlers(changes: readonly FileChange[]): Promise<Validation> {
    const running = await this.strategy.command();
    const { command } = containerdCommand(POD_LAYOUT.hostUsr, running, this.platform.binaries, 'dockerd');
    const path = ['local/bin', 'local/sbin', 'bin', 'sbin'].map((folder) => `${POD_LAYOUT.hostUsr}/${folder}`);
    return validateDockerChanges({ command, args: running?.slice(1) ?? [], path, version: await this.engine.version(), changes });
  }

  /** Those that Docker has as the file says: an entry that it has not read again is not served. */
  async servedHandlers(): Promise<readonly string[]> {
    const info = await this.engine.info();
    const { runtimes = {} } = this.content();
    return Object.keys(info.Runtimes ?? {}).filter((handler) => !Object.hasOwn(runtimes, handler) || isTaken(info, handler, runtimes[handler]));
  }

  async activate(): Promise<string> {
    const since = new Date();
    await this.strategy.reload();
    const deadline = performance.now() + RELOADED_MS;
    while (!await this.engine.hasReloaded(since)) {
      if (performance.now() >= deadline) {
        throw new Error(`Docker was told to read ${this.platform.configFile} again and has not taken it within ${RELOADED_MS} ms: look into journalctl -u docker`);
      }
      await sleep(POLL_MS);
    }
    const missing = this.missing(await this.engine.info());
    if (missing !== undefined) throw new Error(`Docker has read ${this.platform.configFile} again, and ${missing}: look into journalctl -u docker`);
    return 'has read its configuration again, and no container was touched';
  }

  async proveHandler(handler: string): Promise<void> {
    await proveRuntime(this.engine, this.architecture, handler);
  }

  async proveDefaultRuntime(): Promise<void> {
    await proveRuntime(this.engine, this.architecture);
  }

  /** Containers, whoever started them: those of a Pod are told by the labels of cri-dockerd. */
  async runningPods(): Promise<readonly RunningPod[]> {
    const containers = (await this.engine.containers()).filter((container) => !isProbe(container));
    const running = await Promise.all(containers.map(async ({ Id: id, Names: [name] = [], Labels: labels = {} }) => {
      const handler = await this.engine.runtimeOf(id);
      // One that has ended since it was listed runs no more.
      return handler === undefined ? [] : [{
        handler,
        namespace: labels['io.kubernetes.pod.namespace'] ?? 'docker',
        name: labels['io.kubernetes.pod.name'] ?? name?.replace(/^\//, '') ?? id,
      }];
    }));
    return running.flat();
  }

  /** Docker does not tell which release a container was started from, only by the name of which runtime. */
  async runningShims(): Promise<readonly string[] | undefined> {
    const running = await this.runningPods();
    return running.every(({ handler }) => STOCK_RUNTIMES.includes(handler)) ? [] : undefined;
  }

  private content() {
    return readDaemonJson(this.platform.configFile, this.host.read(this.platform.configFile)?.toString('utf8'));
  }

  /** What Docker does not have as the file says. */
  private missing(info: EngineInfo): string | undefined {
    const { 'runtimes': runtimes = {}, 'default-runtime': defaultRuntime } = this.content();
    const absent = Object.keys(runtimes).find((handler) => !isTaken(info, handler, runtimes[handler]));
    if (absent !== undefined) return `it has no runtime "${absent}" as the file says`;
    return defaultRuntime === undefined || info.DefaultRuntime === defaultRuntime ? undefined : `its default runtime is ${info.DefaultRuntime}`;
  }
}

/** Of a shim Docker tells no more than the name. */
function isTaken({ Runtimes: served = {} }: EngineInfo, handler: string, { path, runtimeArgs = [] }: DockerRuntime): boolean {
  const found = served[handler];
  return found !== undefined && isDeepStrictEqual([found.path || undefined, found.runtimeArgs ?? []], [path, runtimeArgs]);
}
