import type { GVisorPlatform } from './gvisor-platform';
import { containerRuntimeOf, type ContainerRuntime, type NodeRequirements, type PlatformPlan, type VersionRequirement } from '../installer/install-plan';

/**
 * containerd: the shim prints its address in a form that 1.6 does not read (google/gvisor#13985); 2.0.0 to 2.0.5 leave
 * Pods Terminating (containerd/containerd#10891). CRI-O: g3doc/user_guide/containerd/crio.md. Docker: the
 * oldest that was tried; `path` has been there longer.
 */
const VERSIONS: { readonly [runtime in ContainerRuntime]: VersionRequirement } = {
  containerd: {
    minimum: '1.7.0',
    broken: [{ from: '2.0.0', to: '2.0.5', reason: 'Pods with gVisor stay Terminating (containerd/containerd#10891); upgrade containerd to 2.0.6 or newer' }],
  },
  crio: { minimum: '1.37.0', broken: [] },
  docker: { minimum: '20.10.0', broken: [] },
};

/**
 * What a node needs to run gVisor. Kernel: g3doc/user_guide/install.md.
 * Sysctls: runsc/hostsettings/hostsettings.go; yama: google/gvisor#10495. SELinux: runsc/specutils/specutils.go.
 */
export function gvisorNodeRequirements(platform: GVisorPlatform, node: PlatformPlan): NodeRequirements {
  const containerRuntime = containerRuntimeOf(node);
  return {
    kernel: '5.6',
    [containerRuntime]: VERSIONS[containerRuntime],
    devices: platform.devices,
    sysctls: [
      { path: 'user/max_user_namespaces', minimum: 2, level: 'fatal', reason: 'runsc creates two user namespaces for each sandbox' },
      { path: 'user/max_user_namespaces', minimum: 256, level: 'advice', reason: 'each sandbox takes two user namespaces' },
      { path: 'vm/max_map_count', minimum: 4194304, level: 'advice', reason: 'sandboxes with much memory need many mappings' },
      { path: 'kernel/yama/ptrace_scope', not: 3, level: 'fatal', reason: 'the systrap platform cannot attach to its processes (google/gvisor#10495)' },
    ],
    noSelinux: true,
  };
}
