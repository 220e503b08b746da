import { HostFiles, withFiles } from '../../../agent/containerd/host-files';
import { ContainerdTables, planContainerdChanges } from '../../../agent/containerd/plan-changes';
import { FileChange } from '../../../agent/file-change';
import { renderContainerdTable } from '../../../src/platform/containerd-config';

export const MAIN = '/etc/containerd/config.toml';
export const DROP_IN = '/etc/containerd/conf.d/zz-sandbox-runtimes.toml';
export const PLATFORM = { configFile: MAIN, dropInFile: DROP_IN };
export const OWNER = 'sandbox-system/installer';
/** What the installer adds to `imports`. */
export const PATTERN = '/etc/containerd/conf.d/zz-sandbox-runtimes*.toml';

/** The tables of one handler, as they are rendered at synth. */
export function tables(handler: string, release = '20260928.0'): ContainerdTables {
  const table = {
    handler,
    runtimeType: 'io.containerd.runsc.v1',
    runtimePath: `/opt/sandbox-runtimes/gvisor/${release}/containerd-shim-runsc-v1`,
    configPath: `/opt/sandbox-runtimes/config/${handler}/${release}.toml`,
    typeUrl: 'io.containerd.runsc.v1.options',
    podAnnotations: ['dev.gvisor.spec.mount.*'],
  };
  return { handler, v2: renderContainerdTable('v2', table), v3: renderContainerdTable('v3', table) };
}

/** Host files from a map of path to text. */
export function host(files: { readonly [path: string]: string }): HostFiles {
  const none: HostFiles = { read: () => undefined, list: () => [], sees: (path) => path.startsWith('/etc/containerd') };
  return withFiles(none, new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
}

/** The host files after changes. */
export function applied(files: HostFiles, changes: readonly FileChange[]): HostFiles {
  return withFiles(files, new Map(changes.map(({ path, after }) => [path, after])));
}

export function install(files: HostFiles, containerdVersion: string, handlers: readonly ContainerdTables[] = [tables('runsc')], owner = OWNER): FileChange[] {
  return planContainerdChanges({ platform: PLATFORM, containerdVersion, files, handlers, owner });
}

export function takeBack(files: HostFiles, containerdVersion: string, owner = OWNER): FileChange[] {
  return install(files, containerdVersion, [], owner);
}

/** A file's text; undefined if it is not there. */
export function textOf(files: HostFiles, path: string): string | undefined {
  return files.read(path)?.toString('utf8');
}
