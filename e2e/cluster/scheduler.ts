import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackgroundProcess } from './background-process';
import type { ControlPlane } from './control-plane';
import { kubernetes } from '../toolchain';

/** A real kube-scheduler for a control plane. */
export class Scheduler {
  public static async start({ admin }: ControlPlane): Promise<Scheduler> {
    const folder = mkdtempSync(join(tmpdir(), 'scheduler-'));
    const kubeconfig = join(folder, 'kubeconfig.json');
    writeFileSync(kubeconfig, JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'clusters': [{ name: 'c', cluster: { 'server': `https://${admin.host}:${admin.port}`, 'certificate-authority': admin.caFile } }],
      'users': [{ name: 'u', user: { tokenFile: admin.tokenFile } }],
      'contexts': [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'c',
    }));
    const flags = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
    return new Scheduler(folder, new BackgroundProcess(await kubernetes('kube-scheduler'), flags, join(folder, 'kube-scheduler.log')));
  }

  private constructor(private readonly folder: string, private readonly process: BackgroundProcess) {}

  public async stop(): Promise<void> {
    await this.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
