import type { ImageRegistry } from '../node/image-registry';
import { pauseImage } from '../node/images';

export const CRIO_DROP_INS = '/etc/crio/crio.conf.d';

/** Who makes cgroups; with cgroupfs CRI-O leaves the monitors of containers in its own one. */
export type CgroupManager = 'cgroupfs' | 'systemd';

/** What somebody else has set, in two files of which the later one has a handler of its own. */
export function somebodysFiles(cgroups: CgroupManager): { readonly [path: string]: string } {
  return {
    '/etc/crio/crio.conf': `# set up by the platform team
[crio]
root = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
storage_driver = "overlay"

[crio.image]
pause_image = "${pauseImage().reference}"
pause_command = ""

[crio.runtime]
cgroup_manager = "${cgroups}"
conmon_cgroup = "${cgroups === 'systemd' ? 'system.slice' : 'pod'}"
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
}

/** Where a CRI-O of the tests has its images from. */
export function registryFiles({ address }: ImageRegistry): { readonly [path: string]: string } {
  return {
    '/etc/containers/policy.json': '{ "default": [{ "type": "insecureAcceptAnything" }] }\n',
    '/etc/containers/registries.conf': `[[registry]]\nprefix = "registry.example.test"\nlocation = "${address}"\ninsecure = true\n`,
  };
}
