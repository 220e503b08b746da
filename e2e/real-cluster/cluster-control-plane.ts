import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiTunnel } from './api-tunnel';
import { CONTROL_PLANE_ADDRESS } from './cluster-network';
import { Kubectl } from './kubectl';
import type { NetworkNamespace } from './network-namespace';
import { scratchFolder } from './scratch-folder';
import { BackgroundProcess } from '../cluster/background-process';
import { apiServerFlags, etcdFlags, writeTokens } from '../cluster/control-plane';
import { etcd, kubernetes } from '../toolchain';
import { debianPackages } from '../toolchain/requirements';

const START_TIMEOUT_MS = 60_000;

/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler in a network of their own. */
export class ClusterControlPlane {
  static async start(network: NetworkNamespace, nodes: readonly string[]): Promise<ClusterControlPlane> {
    const folder = scratchFolder('control-plane');
    const plane = new ClusterControlPlane(folder, network, writeTokens(folder, nodes));
    try {
      await plane.boot();
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  private readonly processes: BackgroundProcess[] = [];
  private readonly tunnels: ApiTunnel[] = [];

  private constructor(
    private readonly folder: string,
    private readonly network: NetworkNamespace,
    private readonly tokens: ReadonlyMap<string, string>,
  ) {}

  /** Somebody who may do everything. */
  async kubectl(): Promise<Kubectl> {
    return new Kubectl(this.network.enter(await kubernetes('kubectl'), '--kubeconfig', this.kubeconfigFile('admin')));
  }

  /** A way to the API server for the test's own process. */
  async tunnel(): Promise<ApiTunnel> {
    return this.tunnels[this.tunnels.push(await ApiTunnel.open(this.network, this.certificate)) - 1];
  }

  /** The administrator's token. */
  get adminToken(): string {
    return this.tokens.get('admin')!;
  }

  /** How a node's kubelet reaches the API server. */
  kubeconfig(user: string): string {
    return JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'clusters': [{
        name: 'cluster',
        cluster: { 'server': `https://${CONTROL_PLANE_ADDRESS}:443`, 'certificate-authority-data': readFileSync(this.certificate).toString('base64') },
      }],
      'users': [{ name: user, user: { token: this.tokens.get(user) } }],
      'contexts': [{ name: 'context', context: { cluster: 'cluster', user } }],
      'current-context': 'context',
    });
  }

  /** Certificate by which kubelets know the API server as their client. */
  get kubeletClientCertificate(): string {
    return readFileSync(join(this.folder, 'kubelet-client.crt'), 'utf8');
  }

  async stop(): Promise<void> {
    await Promise.all(this.tunnels.map(tunnel => tunnel.close()));
    await Promise.all(this.processes.map(async process => process.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get certificate(): string {
    return join(this.folder, 'certificates', 'apiserver.crt');
  }

  private kubeconfigFile(user: string): string {
    const file = join(this.folder, `${user}.kubeconfig`);
    writeFileSync(file, this.kubeconfig(user), { mode: 0o600 });
    return file;
  }

  private async boot(): Promise<void> {
    const { folder } = this;
    this.run(await etcd(), etcdFlags(folder, 2379, 2380));
    this.run(await kubernetes('kube-apiserver'), [
      ...apiServerFlags(folder, 2379, { address: '0.0.0.0', port: 443, advertised: CONTROL_PLANE_ADDRESS }),
      ...kubeletClientFlags(folder),
      '--kubelet-preferred-address-types=InternalIP',
    ]);
    await this.ready();
    const kubeconfig = `--kubeconfig=${this.kubeconfigFile('admin')}`;
    this.run(await kubernetes('kube-controller-manager'), [
      kubeconfig, '--leader-elect=false', '--use-service-account-credentials=true',
      `--service-account-private-key-file=${join(folder, 'sa.key')}`, `--root-ca-file=${this.certificate}`,
    ]);
    this.run(await kubernetes('kube-scheduler'), [kubeconfig, '--leader-elect=false']);
  }

  private run(program: string, flags: readonly string[]): void {
    const [command, ...args] = this.network.enter(program, ...flags);
    this.processes.push(new BackgroundProcess(command, args, join(this.folder, `process-${this.processes.length}.log`)));
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (let last = 'no answer'; ;) {
      for (const process of this.processes) process.mustRun();
      try {
        // Its certificate is there before it answers.
        if (await (await this.kubectl()).run('get', '--raw', '/readyz') === 'ok') return;
      } catch (error) {
        last = (error as Error).message;
      }
      if (Date.now() > deadline) throw new Error(`the API server was not ready after ${START_TIMEOUT_MS} ms: ${last}`);
      await sleep(100);
    }
  }
}

/** The API server shows kubelets a certificate that is its own authority. */
function kubeletClientFlags(folder: string): string[] {
  debianPackages({ openssl: '/usr/bin/openssl' });
  const [key, certificate] = [join(folder, 'kubelet-client.key'), join(folder, 'kubelet-client.crt')];
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2', '-subj', '/O=system:masters/CN=kube-apiserver',
    '-keyout', key, '-out', certificate,
  ], { stdio: 'pipe' });
  return [`--kubelet-client-certificate=${certificate}`, `--kubelet-client-key=${key}`];
}
