import { basename, dirname, join } from 'node:path';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { log } from '../log';
import { Run, Step } from '../transaction';

const CONFIGS = join(HOST_LAYOUT.opt, 'config');

/**
 * Removes the releases and shim configurations that neither a handler nor a running Pod uses. Everything below our
 * folder is ours. Nothing depends on it, so a failure is only logged: the next run tries again.
 */
export const removeUnused: Step = {
  name: 'remove unused',
  async apply(run) {
    const shims = await run.node.runningShims();
    if (!shims) return log('remove unused', HOST_LAYOUT.opt, 'kept as it is: a running Pod does not say which release it uses');
    try {
      removeReleases(run, shims);
      removeConfigs(run, shims);
    } catch (error) {
      log('remove unused', HOST_LAYOUT.opt, `failed: ${(error as Error).message}`);
    }
  },
};

function removeReleases({ node: { host }, record }: Run, shims: readonly string[]): void {
  for (const folder of host.list(HOST_LAYOUT.opt).map((name) => join(HOST_LAYOUT.opt, name)).filter((path) => path !== CONFIGS)) {
    for (const release of host.list(folder).map((name) => join(folder, name))) {
      if (record?.handlers.some(({ directory }) => directory === release)) continue;
      if (shims.some((shim) => shim.startsWith(`${release}/`))) {
        log('remove unused', release, 'kept, running Pods use it');
        continue;
      }
      host.discard(release);
      log('remove unused', release, 'removed');
    }
    host.removeIfEmpty(folder);
  }
}

/** A shim reads its configuration again for each container, so it stays as long as Pods of its release run. */
function removeConfigs({ node: { host }, record }: Run, shims: readonly string[]): void {
  const releases = new Set(shims.map((shim) => basename(dirname(shim))));
  for (const folder of host.list(CONFIGS).map((name) => join(CONFIGS, name))) {
    for (const config of host.list(folder).map((name) => join(folder, name))) {
      if (record?.handlers.some((handler) => handler.config === config)) continue;
      if ([...releases].some((release) => basename(config).startsWith(`${release}-`))) continue;
      host.remove(config);
      log('remove unused', config, 'removed');
    }
    host.removeIfEmpty(folder);
  }
  host.removeIfEmpty(CONFIGS);
}
