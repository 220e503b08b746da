import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiCall } from './api-call';
import { BackgroundProcess } from './background-process';
import { KubeClient, type KubeConnection } from '../../agent/kube/kube-client';
import { etcd, kubernetes } from '../toolchain';

const START_TIMEOUT_MS = 60_000;
/** Nodes whose kubelets are known to the API server. */
const KUBELETS = ['node-a', 'node-b', 'node-c'];

/** A real etcd and kube-apiserver on the loopback interface, with the authorizers and admission of a real cluster. */
export class ControlPlane {
  public static async start(): Promise<ControlPlane> {
    const folder = mkdtempSync(join(tmpdir(), 'control-plane-'));
    const processes: BackgroundProcess[] = [];
    try {
      const [store, api, peer] = [await freePort(), await freePort(), await freePort()];
      processes.push(new BackgroundProcess(await etcd(), etcdFlags(folder, store, peer), join(folder, 'etcd.log')));
      const tokens = writeTokens(folder, KUBELETS);
      const flags = apiServerFlags(folder, store, {
        address: '127.0.0.1',
        port: api,
        // Nobody reaches it by the Service; a loopback address would be refused.
        advertised: '192.0.2.1',
      });
      processes.push(new BackgroundProcess(await kubernetes('kube-apiserver'), flags, join(folder, 'kube-apiserver.log')));
      const plane = new ControlPlane(folder, api, processes, tokens);
      await plane.ready();
      return plane;
    } catch (error) {
      await Promise.all(processes.map(async (process) => process.stop()));
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly processes: readonly BackgroundProcess[],
    private readonly tokens: ReadonlyMap<string, string>,
  ) {}

  /** How somebody with this token reaches the API server. */
  public connection(token: string): KubeConnection {
    const tokenFile = join(this.folder, `token-${randomUUID()}`);
    writeFileSync(tokenFile, token);
    return { host: '127.0.0.1', port: this.port, tokenFile, caFile: join(this.folder, 'certificates', 'apiserver.crt'), backoffMs: 50 };
  }

  /** Somebody who may do everything. */
  public get admin(): KubeConnection {
    return this.connection(this.tokens.get('admin')!);
  }

  public get adminClient(): KubeClient {
    return new KubeClient(this.admin);
  }

  /** The kubelet of a node, with the groups that the Node authorizer knows it by. */
  public kubelet(node: string): KubeConnection {
    return this.connection(this.tokens.get(node)!);
  }

  public async stop(): Promise<void> {
    await Promise.all(this.processes.map(async (process) => process.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (let last = 'no answer'; ;) {
      for (const process of this.processes) process.mustRun();
      try {
        const { status, message } = await apiCall(this.admin, 'GET', '/readyz');
        if (status === 200) return;
        last = message;
      } catch (error) {
        last = (error as Error).message;
      }
      if (Date.now() > deadline) throw new Error(`the API server was not ready after ${START_TIMEOUT_MS} ms: ${last}`);
      await sleep(100);
    }
  }
}

export function etcdFlags(folder: string, client: number, peer: number): string[] {
  const [clients, peers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  return [
    `--data-dir=${join(folder, 'etcd')}`, '--unsafe-no-fsync',
    `--listen-client-urls=${clients}`, `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`, `--initial-advertise-peer-urls=${peers}`, `--initial-cluster=default=${peers}`,
  ];
}

/** Where an API server listens, and the address that it tells others. */
export interface ApiServerAddress {
  readonly address: string;
  readonly port: number;
  readonly advertised: string;
}

export function apiServerFlags(folder: string, store: number, { address, port, advertised }: ApiServerAddress): string[] {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [signing, checking] = [join(folder, 'sa.key'), join(folder, 'sa.pub')];
  writeFileSync(signing, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(checking, publicKey.export({ type: 'spki', format: 'pem' }));
  // The API server makes its own certificate for the address that it advertises.
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  return [
    `--etcd-servers=http://127.0.0.1:${store}`,
    `--bind-address=${address}`, `--secure-port=${port}`, `--cert-dir=${certificates}`,
    `--advertise-address=${advertised}`, '--endpoint-reconciler-type=none', '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc', `--service-account-signing-key-file=${signing}`, `--service-account-key-file=${checking}`,
    '--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged=true',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
  ];
}

/** Writes the file of the tokens that the API server knows, of an administrator and of these nodes' kubelets. */
export function writeTokens(folder: string, kubelets: readonly string[]): Map<string, string> {
  const tokens = new Map([['admin', randomUUID()], ...kubelets.map((node): [string, string] => [node, randomUUID()])]);
  const lines = [...tokens].map(([name, token]) => name === 'admin'
    ? `${token},admin,admin,system:masters`
    : `${token},system:node:${name},${name},system:nodes`);
  writeFileSync(join(folder, 'tokens.csv'), lines.join('\n'), { mode: 0o600 });
  return tokens;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
