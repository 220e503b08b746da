import { CriClient, CriStatus } from './cri/cri-client';
import { ARCHITECTURE } from './host/architecture';
import { Host } from './host/host';
import { familiesOfHost } from './host/node-family';
import { SystemdKubelet } from './kubelet/kubelet';
import { RunningPod } from './node';
import { proveDefaultRuntime } from './prove';
import { RestartOptions, restartStrategy } from './restart/plan-restart';
import { RestartStrategy } from './restart/restart-strategy';
import { runningPods } from './running-pods';
import { PlatformPlan } from '../src/installer/install-plan';

/** A shim's command line: containerd and CRI-O take no other kind of name. */
export const SHIM = /^(\S*\/)?containerd-shim-\S+-v\d/;

/** What is the same on every node whose container runtime answers by CRI. */
export abstract class CriNode<Platform extends PlatformPlan> {
  readonly proof = 'a pod sandbox';
  readonly architecture = ARCHITECTURE;
  readonly kubelet = new SystemdKubelet();
  protected readonly strategy: RestartStrategy;

  constructor(readonly host: Host, protected readonly platform: Platform, options?: RestartOptions) {
    this.strategy = restartStrategy(platform.restart, options);
  }

  async families(): Promise<readonly string[]> {
    return familiesOfHost(this.host, this.platform.restart);
  }

  async proveDefaultRuntime(): Promise<void> {
    await proveDefaultRuntime(this.platform.socket);
  }

  async runningPods(): Promise<readonly RunningPod[]> {
    return runningPods(this.platform.socket);
  }

  protected status(): Promise<CriStatus> {
    return this.ask((cri) => cri.status());
  }

  protected async ask<T>(question: (cri: CriClient) => Promise<T>): Promise<T> {
    const cri = new CriClient(this.platform.socket);
    try {
      return await question(cri);
    } finally {
      cri.close();
    }
  }
}
