import { basename, dirname, join } from 'node:path';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { Host } from '../host/host';
import { log } from '../log';
import { Run, Step } from '../transaction';

/**
 * Removes the releases and shim configurations that neither a handler nor a running Pod uses. Everything below our
 * folder is ours. Nothing depends on it, so a failure is only logged: the next run tries again.
 */
export const removeUnused: Step = {
  name: 'remove unused',
  remedy: 'look after the disk of this node',
  async apply(run) {
    try {
      const shims = await run.node.runningShims();
      if (!shims) return log('remove unused', HOST_LAYOUT.opt, 'kept as it is: a running Pod does not say which release it uses');
      removeReleases(run, shims);
      removeConfigs(run, shims);
    } catch (error) {
      log('remove unused', HOST_LAYOUT.opt, `failed: ${(error as Error).message}`);
    }
  },
};

function removeReleases({ node: { host }, record }: Run, shims: readonly string[]): void {
  for (const folder of host.list(HOST_LAYOUT.opt).map((name) => join(HOST_LAYOUT.opt, name)).filter((path) => path !== HOST_LAYOUT.configs)) {
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
  const running = [...new Set(shims.flatMap(releaseOf))];
  // Among them those of releases that were on the node before us.
  const elsewhere = shims.filter((shim) => !shim.startsWith(`${HOST_LAYOUT.opt}/`));
  const used = record?.handlers.flatMap(({ files }) => files) ?? [];
  for (const folder of host.list(HOST_LAYOUT.configs).map((name) => join(HOST_LAYOUT.configs, name))) {
    // A file, or a folder of files that belong together.
    for (const config of host.list(folder).map((name) => join(folder, name))) {
      if (used.some((path) => path === config || path.startsWith(`${config}/`))) continue;
      if (running.some((release) => isOfRelease(host, config, release))) continue;
      if (elsewhere.some((shim) => namesFolderOf(host, config, shim))) continue;
      host.discard(config);
      log('remove unused', config, 'removed');
    }
    host.removeIfEmpty(folder);
  }
  host.removeIfEmpty(HOST_LAYOUT.configs);
}

/** `/opt/sandbox-runtimes/<runtime>/<version>` of a shim that lies somewhere below; none for a shim of somebody else. */
function releaseOf(shim: string): string[] {
  const [runtime, version] = shim.startsWith(`${HOST_LAYOUT.opt}/`) ? shim.slice(HOST_LAYOUT.opt.length + 1).split('/') : [];
  return version === undefined ? [] : [join(HOST_LAYOUT.opt, runtime, version)];
}

/** A configuration has the version in its name; of the releases with this version it is of the one that it names, if it names any. */
function isOfRelease(host: Host, config: string, release: string): boolean {
  const version = basename(release);
  if (!basename(config).startsWith(`${version}-`)) return false;
  const text = textOf(host, config);
  return text.includes(`${release}/`) || !text.includes(`/${version}/`);
}

/** Whether a configuration names a folder that a shim lies below: its release, of which nothing else is known. */
function namesFolderOf(host: Host, config: string, shim: string): boolean {
  const text = textOf(host, config);
  // A folder of the root, such as /usr, is named by anything.
  for (let folder = dirname(shim); dirname(folder) !== '/'; folder = dirname(folder)) {
    if (text.includes(`${folder}/`)) return true;
  }
  return false;
}

function textOf(host: Host, path: string): string {
  if (!host.stat(path)?.isDirectory()) return host.read(path)?.toString() ?? '';
  return host.list(path).map((name) => textOf(host, join(path, name))).join('\n');
}
