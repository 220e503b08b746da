import { HOST_LAYOUT } from '../../installer/host-layout';
import type { InstallPlan, PlatformPlan } from '../../installer/install-plan';
import { POD_LAYOUT } from '../../installer/pod-layout';
import type { ContainerView, PodView } from '../pod-view';
import type { Rule } from '../rule';

/** Plan -> node: `watch`, where there is one, sees what it has to look at, can write to none of it, and is heard by `admit`. */
export const installerWatch: Rule = {
  id: 'installer-watch',
  *check({ installers }) {
    for (const { daemonSet: object, pod, plan } of installers) {
      const watch = pod.containers.find(({ name }) => name === 'watch');
      if (!watch) continue;
      for (const message of [...writable(watch, pod), ...unseen(watch, pod, plan), ...unheard(watch, pod)]) {
        yield { object, message };
      }
    }
  },
};

function* writable({ mounts }: ContainerView, { volumes }: PodView): Generator<string> {
  for (const { volume, readOnly, recursiveReadOnly } of mounts) {
    const hostPath = volumes.get(volume)?.hostPath;
    if (hostPath !== undefined && !(readOnly && recursiveReadOnly)) {
      yield `the container watch can write to the host's ${hostPath} or below it, and only looks; mount it with readOnly: true and recursiveReadOnly: IfPossible`;
    }
  }
}

function* unseen({ mounts }: ContainerView, { volumes }: PodView, plan: InstallPlan | undefined): Generator<string> {
  const seen = mounts.flatMap(({ volume }) => volumes.get(volume)?.hostPath ?? []);
  for (const path of plan ? new Set([...platformPaths(plan.platform), HOST_LAYOUT.opt, HOST_LAYOUT.state]) : []) {
    if (!seen.some((hostPath) => path === hostPath || path.startsWith(`${hostPath}/`))) {
      yield `the container watch has to look at ${path}, and mounts no host folder above it; mounted are ${seen.join(', ')}`;
    }
  }
}

function platformPaths(platform: PlatformPlan): string[] {
  switch (platform.kind) {
    case undefined: return [platform.configFile, platform.dropInFile, platform.socket];
    case 'crio': return [platform.configFile, platform.dropInFolder, platform.socket];
    case 'docker': return [platform.configFile, platform.engineSocket];
  }
}

function* unheard({ mounts }: ContainerView, { containers, volumes }: PodView): Generator<string> {
  const mount = mounts.find(({ path }) => path === POD_LAYOUT.shared);
  if (!mount || !volumes.get(mount.volume)?.emptyDir) {
    yield `the container watch mounts no emptyDir at ${POD_LAYOUT.shared}, through which it tells admit what it found out`;
  }
  if (!containers.some(({ name, texts }) => name === 'admit' && texts.some((text) => text.includes(POD_LAYOUT.news)))) {
    yield `the container admit does not look for ${POD_LAYOUT.news}, so it learns only minutes later what watch found out`;
  }
}
