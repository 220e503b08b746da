import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { tar } from './artifact/tar-writer';
import { FakeDaemons, FakeNode, FakeNodeOptions } from './fake-node';
import { kataRuntime } from './kata-plan';
import { Host } from '../../agent/host/host';
import { install } from '../../agent/install';
import { InstallPlan, InstallVerdict, KubeletPlan, PlatformPlan, RuntimePlan, ContainerdPlatformPlan } from '../../src/installer/install-plan';
import { planHash, sha256 } from '../../src/installer/plan-hash';
import { ContainerdRuntimeTable, renderContainerdTable } from '../../src/platform/containerd-config';

export const PLATFORM: ContainerdPlatformPlan = {
  name: 'containerd',
  configFile: '/etc/containerd/config.toml',
  dropInFile: '/etc/containerd/conf.d/sandbox-runtimes.toml',
  socket: '/run/containerd/containerd.sock',
  binaries: ['/usr/bin/containerd'],
  restart: { kind: 'systemd', unit: 'containerd.service' },
};

/** A release as its publisher packs it, with scripts for programs. */
export function releaseArchive(version: string): Buffer {
  const program = `#!/bin/sh\necho runsc version release-${version}\n`;
  return zstdCompressSync(tar([
    { name: 'runsc', content: program, mode: 0o755 },
    { name: 'containerd-shim-runsc-v1', content: '#!/bin/sh\n', mode: 0o755 },
    { name: 'gvisor-bin/' },
    { name: 'gvisor-bin/gvisor_sentry', content: 'sentry', mode: 0o755 },
  ]));
}

/** Serves archives by path; what was asked for is remembered. */
export class ArchiveServer {
  readonly requests: string[] = [];
  private readonly archives = new Map<string, Buffer>();
  private server: Server | undefined;

  async start(): Promise<void> {
    this.server = createServer(({ url = '' }, response) => {
      this.requests.push(url);
      const archive = this.archives.get(url);
      if (archive) response.end(archive); else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  publish(path: string, archive: Buffer): string {
    this.archives.set(path, archive);
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}${path}`;
  }
}

/** A server of archives for the tests of a file. */
export function archiveServer(): ArchiveServer {
  const server = new ArchiveServer();
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  return server;
}

export interface Wish {
  readonly handler?: string;
  readonly release?: string;
  /** Text of the shim's configuration. */
  readonly options?: string;
  /** A handler of Kata with this hypervisor; absent: gVisor. */
  readonly kata?: 'qemu' | 'clh';
  readonly change?: Partial<RuntimePlan>;
}

export interface PlanWish {
  readonly runtimes?: readonly Wish[];
  readonly desiredState?: InstallPlan['desiredState'];
  readonly deadline?: InstallPlan['deadline'];
  readonly installer?: string;
  readonly kubelet?: Pick<KubeletPlan, 'kind' | 'environmentFiles'> & { readonly path: string; readonly content: string };
  readonly crictl?: string;
}

/** A plan and the files beside it, as the constructs would write them. */
export function bundleOf(server: ArchiveServer, wish: PlanWish = {}): { [name: string]: string } {
  const files: { [key: string]: string } = {};
  const file = (path: string, key: string, content: string) => {
    files[key] = content;
    return { path, key, sha256: sha256(content) };
  };
  const tables = (table: Omit<ContainerdRuntimeTable, 'podAnnotations'>) => {
    const keys = { v2: `${table.handler}.v2.toml`, v3: `${table.handler}.v3.toml` };
    for (const version of ['v2', 'v3'] as const) files[keys[version]] = renderContainerdTable(version, { ...table, podAnnotations: [] });
    return keys;
  };
  const runtimes = (wish.runtimes ?? [{}]).map((wanted): RuntimePlan => {
    if (wanted.kata) {
      const { configPath, ...plan } = kataRuntime(server, wanted, file);
      const { handler, runtimeType, shim } = plan;
      return { ...plan, tables: tables({ handler, runtimeType, runtimePath: shim, configPath }), ...wanted.change };
    }
    const { handler = 'runsc', release = '20261005.0', options = '', change = {} } = wanted;
    const archive = releaseArchive(release);
    const directory = `/opt/sandbox-runtimes/gvisor/${release}`;
    const content = `binary_name = "${directory}/runsc"\n${options}`;
    const config = file(`/opt/sandbox-runtimes/config/${handler}/${release}-${sha256(content).slice(0, 8)}.toml`, `${handler}.toml`, content);
    const table = {
      handler,
      runtimeType: 'io.containerd.runsc.v1',
      runtimePath: `${directory}/containerd-shim-runsc-v1`,
      configPath: config.path,
      typeUrl: 'io.containerd.runsc.v1.options',
    };
    return {
      handler,
      runtimeClassName: handler,
      runtime: 'gvisor',
      release,
      label: handler,
      runtimeType: table.runtimeType,
      shim: table.runtimePath,
      config,
      tables: tables(table),
      artifact: {
        directory,
        archives: {
          amd64: {
            url: server.publish(`/${release}.tar.zst`, archive),
            format: 'tar.zst',
            checksum: { algorithm: 'sha512', hex: createHash('sha512').update(archive).digest('hex') },
          },
        },
        required: ['runsc', 'containerd-shim-runsc-v1', 'gvisor-bin/gvisor_sentry'],
        version: { command: ['runsc', '--version'], output: `release-${release}` },
      },
      requires: { kernel: '4.15', containerd: { minimum: '1.7.0', broken: [] }, devices: [], sysctls: [], noSelinux: true },
      ...change,
    };
  });
  const { kubelet, crictl } = wish;
  const kubeletPlan = ({ path, content, ...rest }: NonNullable<PlanWish['kubelet']>) => ({ ...rest, unit: 'kubelet.service', file: file(path, 'kubelet.conf', content) });
  const plan: InstallPlan = {
    format: 1,
    installer: wish.installer ?? 'sandbox-system/installer',
    desiredState: wish.desiredState ?? 'PRESENT',
    ...(wish.deadline ? { deadline: wish.deadline } : {}),
    platform: PLATFORM,
    runtimes,
    ...(kubelet ? { kubelet: kubeletPlan(kubelet) } : {}),
    ...(crictl ? { crictl: file('/etc/crictl.yaml', 'crictl.yaml', crictl) } : {}),
  };
  const named = Object.fromEntries(Object.entries(files).map(([key, content]) => [`files/${key}`, content]));
  return { 'plan.json': JSON.stringify(plan), 'agent.js': '// the agent', ...named };
}

export interface Attempt {
  readonly code: number;
  readonly verdict: InstallVerdict | undefined;
}

/** A host in a scratch folder, with daemons, on which the agent is run again and again. */
export class Installation {
  readonly daemons = new FakeDaemons();
  readonly root: string;

  private readonly terminationLog: string;

  constructor(private readonly folder: string) {
    this.root = join(folder, 'host');
    this.terminationLog = join(folder, 'termination-log');
    this.put('/proc/sys/kernel/osrelease', '6.8.0-51-generic\n');
    for (const directory of ['/etc/containerd', '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes', '/run/containerd']) {
      mkdirSync(join(this.root, directory), { recursive: true });
    }
  }

  put(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** The container's termination message. */
  get lastWords(): string {
    return readFileSync(this.terminationLog, 'utf8');
  }

  /** A Pod whose shim was started from a release. */
  runPod(id: string, shim: string): void {
    this.put(`/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/shim-binary-path`, shim);
  }

  endPods(): void {
    rmSync(join(this.root, '/run/containerd/io.containerd.runtime.v2.task'), { recursive: true, force: true });
  }

  /** One run of `install`, as the kubelet starts it. */
  async run(bundle: { [name: string]: string }, options: Partial<FakeNodeOptions> & { readonly hash?: string } = {}): Promise<Attempt> {
    const mounted = join(this.folder, 'bundle');
    const shared = join(this.folder, 'shared');
    for (const directory of [mounted, shared]) rmSync(directory, { recursive: true, force: true });
    mkdirSync(mounted);
    mkdirSync(shared);
    writeFileSync(this.terminationLog, '');
    for (const [name, content] of Object.entries(bundle)) {
      // As the kubelet does: a folder comes with the first file in it.
      mkdirSync(dirname(join(mounted, name)), { recursive: true });
      writeFileSync(join(mounted, name), content);
    }
    const host = options.host ?? new Host(this.root);
    const node = (platform: PlatformPlan) => new FakeNode({ daemons: this.daemons, ...options, host, platform: platform as ContainerdPlatformPlan });
    const { terminationLog } = this;
    const code = await install({ env: { PLAN_HASH: options.hash ?? planHash(bundle) }, bundle: mounted, shared, host, node, terminationLog });
    const verdict = new Host(shared).read('/verdict.json')?.toString();
    return { code, verdict: verdict === undefined ? undefined : JSON.parse(verdict) as InstallVerdict };
  }
}
