import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerClient, ContainerConfig, ContainerStatus, PodSandboxConfig } from './container-client';
import type { TestNode } from './test-node';
import { NAMESPACE_MODE, SECCOMP_PROFILE } from '../../agent/cri/cri-messages';

/** A node as far as Pods on it are concerned. */
export type PodNode = Pick<TestNode, 'name' | 'socket' | 'path' | 'read' | 'write'> & {
  /** Of its container runtime. */
  readonly version: string;
  /** True where the default runtime leaves cgroups to systemd. */
  readonly systemdCgroup?: boolean;
};

export interface TestPodOptions {
  readonly name: string;
  /** '' is the runtime's default. */
  readonly handler: string;
  /** Shares the node's PID namespace. */
  readonly hostPid?: boolean;
  /** Shares the node's IPC namespace. */
  readonly hostIpc?: boolean;
  /** Its users are others on the node. */
  readonly userNamespace?: boolean;
  readonly annotations?: { readonly [name: string]: string };
  readonly sysctls?: { readonly [name: string]: string };
  /** Of the sandbox: it must be allowed here for its containers. */
  readonly privileged?: boolean;
  /** Where it is another than the kubelet's with cgroupfs. */
  readonly cgroupParent?: string;
  /** Its volumes lie below a folder of this name. */
  readonly uid?: string;
}

export interface TestContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly mounts?: ContainerConfig['mounts'];
  readonly devices?: ContainerConfig['devices'];
  readonly memoryLimit?: bigint;
  readonly securityContext?: NonNullable<NonNullable<ContainerConfig['linux']>['securityContext']>;
}

/**
 * A Pod as the kubelet asks the CRI for it. It uses the node's network, because nothing here is about CNI plugins.
 */
export class TestPod {
  static async run(node: PodNode, options: TestPodOptions): Promise<TestPod> {
    const uid = options.uid ?? randomUUID();
    const config: PodSandboxConfig = {
      metadata: { name: options.name, namespace: 'default', uid, attempt: 0 },
      logDirectory: `/var/log/pods/default_${options.name}_${uid}`,
      annotations: options.annotations,
      linux: {
        sysctls: options.sysctls,
        cgroupParent: options.cgroupParent ?? (node.systemdCgroup ? `kubepods-pod${uid.replaceAll('-', '_')}.slice` : `/kubepods/pod${uid}`),
        securityContext: {
          namespaceOptions: namespaces(options),
          seccomp: { profileType: SECCOMP_PROFILE.RUNTIME_DEFAULT },
          privileged: options.privileged,
        },
      },
    };
    const client = new ContainerClient(node.socket);
    try {
      return new TestPod(node, options, uid, config, await client.runPodSandbox(config, options.handler));
    } finally {
      client.close();
    }
  }

  private attempts = 0;

  private constructor(
    readonly node: PodNode,
    private readonly options: TestPodOptions,
    readonly uid: string,
    private readonly config: PodSandboxConfig,
    readonly sandboxId: string,
  ) {}

  /** Creates and starts a container; called again with the same name it is a restart. */
  async start(container: TestContainerOptions): Promise<TestContainer> {
    const logPath = `${container.name}/${this.attempts}.log`;
    const config: ContainerConfig = {
      metadata: { name: container.name, attempt: this.attempts++ },
      image: { image: container.image },
      command: container.command,
      envs: Object.entries(container.env ?? {}).map(([key, value]) => ({ key, value })),
      mounts: container.mounts,
      devices: container.devices,
      logPath,
      linux: {
        resources: { memoryLimitInBytes: container.memoryLimit },
        securityContext: {
          namespaceOptions: namespaces(this.options),
          seccomp: { profileType: SECCOMP_PROFILE.RUNTIME_DEFAULT },
          ...container.securityContext,
        },
      },
    };
    // The kubelet makes it, and not every container runtime does.
    mkdirSync(this.node.path(`${this.config.logDirectory}/${container.name}`), { recursive: true });
    return this.withClient(async client => {
      const id = await client.createContainer(this.sandboxId, config, this.config);
      await client.startContainer(id);
      return new TestContainer(this, id, `${this.config.logDirectory}/${logPath}`);
    });
  }

  async remove(): Promise<void> {
    await this.withClient(async client => {
      await client.stopPodSandbox(this.sandboxId);
      await client.removePodSandbox(this.sandboxId);
    });
  }

  /** A connection of its own for each use: containerd is restarted in between. */
  async withClient<T>(use: (client: ContainerClient) => Promise<T>): Promise<T> {
    const client = new ContainerClient(this.node.socket);
    try {
      return await use(client);
    } finally {
      client.close();
    }
  }
}

export class TestContainer {
  constructor(private readonly pod: TestPod, readonly id: string, private readonly logFile: string) {}

  status(): Promise<ContainerStatus> {
    return this.pod.withClient(client => client.containerStatus(this.id));
  }

  /** Waits for the end of the container. */
  async exit(timeoutMs = 120_000): Promise<ContainerStatus> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      // While containerd restarts there is no answer; the container runs on.
      const status = await this.status().catch((error: Error) => error);
      if (!(status instanceof Error) && status.state === 'exited') return status;
      if (Date.now() > deadline) throw new Error(`the container did not end within ${timeoutMs} ms: ${JSON.stringify(status)}\n${this.log()}`);
      await sleep(50);
    }
  }

  async exec(...command: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await this.pod.withClient(client => client.exec(this.id, command));
    if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  async stop(): Promise<void> {
    await this.pod.withClient(client => client.stopContainer(this.id));
  }

  /** What it printed, without the CRI's timestamps. */
  log(): string {
    return this.pod.node.read(this.logFile).replace(/^\S+ (?:stdout|stderr) [FP] /gm, '');
  }
}

function namespaces({ hostPid, hostIpc, userNamespace }: TestPodOptions) {
  const ids = [{ hostId: 1_000_000, containerId: 0, length: 65_536 }];
  const usernsOptions = userNamespace ? { mode: NAMESPACE_MODE.POD, uids: ids, gids: ids } : undefined;
  return {
    usernsOptions,
    network: NAMESPACE_MODE.NODE,
    pid: hostPid ? NAMESPACE_MODE.NODE : NAMESPACE_MODE.CONTAINER,
    ipc: hostIpc ? NAMESPACE_MODE.NODE : NAMESPACE_MODE.POD,
  };
}
