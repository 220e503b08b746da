import { ContainerClient } from '../node/container-client';
import { ImageRegistry } from '../node/image-registry';
import { type ImageArchive, pauseImage } from '../node/images';
import { NamespacedHost, pidFileOf } from '../node/namespaced-host';
import { crio } from '../toolchain/crio';

const DAEMON = { name: 'crio', socket: '/run/crio/crio.sock' };

/** CRI-O's pid, for the agent to find the process that it signals. */
export const CRIO_PID_FILE = pidFileOf(DAEMON.name);

export const CRIO_DROP_INS = '/etc/crio/crio.conf.d';

/** What somebody else has set, in two files of which the later one has a handler of its own. */
export const SOMEBODYS_FILES = {
  '/etc/crio/crio.conf': `# set up by the platform team
[crio]
root = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
storage_driver = "overlay"

[crio.image]
pause_image = "${pauseImage().reference}"
pause_command = ""

[crio.runtime]
cgroup_manager = "cgroupfs"
conmon_cgroup = "pod"
selinux = false
default_runtime = "runc"
pids_limit = 2048
disable_hostport_mapping = true

[crio.runtime.runtimes.runc]
runtime_path = "/usr/local/bin/runc"
monitor_path = "/usr/local/bin/conmon"
`,
  [`${CRIO_DROP_INS}/20-somebodys.conf`]: `[crio.runtime.runtimes.somebodys]
runtime_path = "/usr/local/bin/runc"
monitor_path = "/usr/local/bin/conmon"
`,
};

/** A host with CRI-O. */
export class CrioHost extends NamespacedHost {
  static async start(images: readonly ImageArchive[]): Promise<CrioHost> {
    const registry = await ImageRegistry.start(images);
    const host = new CrioHost(registry, await crio());
    await host.boot();
    try {
      await host.pull(images);
    } catch (error) {
      const log = host.log();
      await host.stop();
      throw new Error(`${(error as Error).message}\n${log}`);
    }
    return host;
  }

  /** It takes mounts as the kubelet asks for them, like containerd 2. */
  readonly version = 'CRI-O';

  private constructor(private readonly registry: ImageRegistry, programs: readonly string[]) {
    super(DAEMON, programs, {
      ...SOMEBODYS_FILES,
      '/etc/containers/policy.json': '{ "default": [{ "type": "insecureAcceptAnything" }] }\n',
      '/etc/containers/registries.conf': `[[registry]]\nprefix = "registry.example.test"\nlocation = "${registry.address}"\ninsecure = true\n`,
    });
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.registry.stop();
  }

  /** As the kubelet's pulls would have. */
  private async pull(images: readonly ImageArchive[]): Promise<void> {
    const client = new ContainerClient(this.socket);
    try {
      for (const { reference } of images) await client.pullImage(reference);
    } finally {
      client.close();
    }
  }
}
