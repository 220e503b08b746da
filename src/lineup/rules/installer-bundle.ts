import { POD_LAYOUT } from '../../installer/pod-layout';
import { isLive, LIVE_COMMAND } from '../live-cluster';
import type { Rule } from '../rule';

/** Installer -> ConfigMaps: what the installer's Pod mounts is there. */
export const installerBundle: Rule = {
  id: 'installer-bundle',
  *check(index) {
    for (const { daemonSet: object, pod, missing, bundle } of index.installers) {
      if (missing.length && isLive(object) && index.all('ConfigMap').next().done) {
        yield { object, message: `no ConfigMap at all was read from the cluster, and they hold what is installed; give what "${LIVE_COMMAND}" prints` };
        continue;
      }
      for (const message of missing) {
        yield { object, message };
      }
      for (const { field, name, mounts } of pod.containers) {
        if (!mounts.some(({ path }) => path === POD_LAYOUT.bundle)) {
          yield { object, field, message: `the container ${name} does not mount the bundle at ${POD_LAYOUT.bundle}, where the agent looks for it` };
        }
        for (const { volume, path } of mounts) {
          if (!pod.volumes.has(volume)) {
            yield { object, field, message: `the container ${name} mounts a volume "${volume}" at ${path}; the Pod's volumes are ${[...pod.volumes.keys()].join(', ')}` };
          }
        }
      }
      for (const file of ['plan.json', 'agent.js']) {
        if (!bundle.has(file) && !missing.length) {
          yield { object, message: `the bundle at ${POD_LAYOUT.bundle} has no ${file}; mount the key ${file} of its ConfigMap there` };
        }
      }
    }
  },
};
