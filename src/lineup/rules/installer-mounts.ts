import { HOST_LAYOUT } from '../../installer/host-layout';
import type { ContainerdPlatformPlan, InstallPlan, PlatformPlan } from '../../installer/install-plan';
import { CONTAINERD_STATE, HOST_USR, POD_LAYOUT } from '../../installer/pod-layout';
import type { ContainerView, PodView } from '../pod-view';
import type { Rule } from '../rule';

const SYSTEMD = '/run/systemd';
const SCRATCH = '/tmp';

/** Plan -> node: `install` sees every folder of the plan at the path that it has on the host. */
export const installerMounts: Rule = {
  id: 'installer-mounts',
  *check({ installers }) {
    for (const { daemonSet: object, pod, plan } of installers) {
      for (const container of pod.containers) {
        for (const message of moved(container, pod)) {
          yield { object, message };
        }
      }
      const install = pod.containers.find(({ name }) => name === 'install');
      if (!install) {
        yield { object, message: `there is no container "install" among ${pod.containers.map(({ name }) => name).join(', ') || 'none'}; it carries out the plan` };
      } else if (plan) {
        for (const message of [...uncovered(install, pod, plan), ...unshared(pod)]) {
          yield { object, message };
        }
      }
    }
  },
};

/** Host folders that are mounted elsewhere than at their own path. */
function* moved({ name, mounts }: ContainerView, { volumes }: PodView): Generator<string> {
  for (const { volume, path } of mounts) {
    const hostPath = volumes.get(volume)?.hostPath;
    const expected = hostPath === HOST_USR ? POD_LAYOUT.hostUsr : hostPath;
    if (expected !== undefined && path !== expected) {
      yield `the container ${name} mounts the host's ${hostPath} at ${path}; the agent looks for it at ${expected}`;
    }
  }
}

/** Paths of the plan that lie in no mounted folder, or in one that is read-only but written to. */
function* uncovered({ mounts }: ContainerView, { volumes }: PodView, plan: InstallPlan): Generator<string> {
  const folders = mounts.flatMap(({ volume, readOnly }) => {
    const { hostPath, hostPathType } = volumes.get(volume) ?? {};
    return hostPath === undefined ? [] : [{ hostPath, hostPathType, readOnly }];
  });
  const covers = (path: string, write: boolean) => folders.some(({ hostPath, readOnly }) => (
    (path === hostPath || path.startsWith(`${hostPath}/`)) && !(write && readOnly)
  ));
  for (const path of written(plan)) {
    if (!covers(path, true)) {
      yield `install writes ${path}, but mounts no host folder above it for writing; mounted are ${folders.map(({ hostPath }) => hostPath).join(', ')}`;
    }
  }
  // A file that is written and read is reported once.
  for (const path of [...readPaths(plan)].filter((read) => !written(plan).has(read))) {
    if (!covers(path, false)) {
      yield `install needs ${path}, but mounts no host folder above it; mounted are ${folders.map(({ hostPath }) => hostPath).join(', ')}`;
    }
  }
  for (const { handler, artifact } of plan.runtimes.filter((runtime) => runtime.artifact.kind === 'node')) {
    const mount = folders.find(({ hostPath }) => hostPath === artifact.directory);
    if (!mount?.readOnly) {
      yield `install looks at the release of "${handler}" in ${artifact.directory}, which is the node's own, and ${mount ? 'mounts it for writing' : 'does not mount it'}; mount it read-only`;
    }
  }
  for (const path of plan.kubelet?.environmentFiles ?? []) {
    if (!folders.some(({ hostPath, hostPathType, readOnly }) => hostPath === path && hostPathType === 'File' && readOnly)) {
      yield `install looks through ${path}, but does not mount this one file read-only: it needs a volume of its own with hostPath ${path} of type File`;
    }
  }
  if (plan.platform.kind === undefined && !mounts.some(({ path }) => `${path}/`.startsWith(`${CONTAINERD_STATE}/`))) {
    yield `install mounts nothing at ${CONTAINERD_STATE}, which containerd 1.7 to 2.2 makes when a configuration is tried; mount an emptyDir there`;
  }
  if (!mounts.some(({ path, volume }) => path === SCRATCH && volumes.get(volume)?.emptyDir)) {
    yield `install mounts no emptyDir at ${SCRATCH}, where it tries out the configuration before the host is touched`;
  }
}

/** The verdict goes from `install` to `admit` through an emptyDir. */
function* unshared({ containers, volumes }: PodView): Generator<string> {
  for (const { name, mounts } of containers.filter((container) => ['install', 'admit'].includes(container.name))) {
    const mount = mounts.find(({ path }) => path === POD_LAYOUT.shared);
    if (!mount || !volumes.get(mount.volume)?.emptyDir) {
      yield `the container ${name} mounts no emptyDir at ${POD_LAYOUT.shared}, through which install tells admit what it found out`;
    }
  }
}

function written({ platform, runtimes, kubelet, crictl }: InstallPlan): Set<string> {
  return new Set([
    ...platformFiles(platform),
    HOST_LAYOUT.state,
    ...runtimes.flatMap(({ config, artifact, sharedConfig }) => [
      config.path, ...(artifact.kind === 'node' ? [] : [artifact.directory]), ...(sharedConfig ? [sharedConfig.path] : []),
    ]),
    ...(kubelet ? [kubelet.file.path] : []),
    ...(crictl ? [crictl.path] : []),
  ]);
}

function platformFiles(platform: PlatformPlan): string[] {
  switch (platform.kind) {
    case undefined: {
      const { configFile, dropInFile, templates = [], managed, copied } = platform;
      const templateFiles = templates.flatMap((template) => [template.file, template.dropInFile ?? template.file]);
      return [dropInFile, ...(managed ? [] : [configFile]), ...templateFiles, ...(copied ? [copied.unitDropIn] : [])];
    }
    case 'crio': return [platform.configFile, platform.dropInFolder];
    case 'docker': return [platform.configFile];
  }
}

function readPaths({ platform }: InstallPlan): Set<string> {
  const { restart, binaries, configFile } = platform;
  const socket = platform.kind === 'docker' ? platform.engineSocket : platform.socket;
  const process = restart.kind === 'systemd' ? [SYSTEMD] : restart.kind === 'supervised' ? [restart.pidFile] : [];
  return new Set([configFile, socket, ...binaries, ...process, ...(platform.kind === undefined ? moreOfContainerd(platform) : [])]);
}

function moreOfContainerd({ configFile, state, managed, imported = [] }: ContainerdPlatformPlan): string[] {
  return [state ?? configFile, managed?.mergedFile ?? configFile, ...imported];
}
