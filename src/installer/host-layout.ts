/**
 * Where the installer keeps its own things on a node. Nothing outside these folders is ours, but for the
 * container runtime's drop-in, the marked block and the `imports` edit of its configuration.
 */
export const HOST_LAYOUT = {
  /** Unpacked releases and the shims' configuration files; must not be mounted noexec. */
  opt: '/opt/sandbox-runtimes',
  /** The shims' configuration files, in a folder for each handler. */
  configs: '/opt/sandbox-runtimes/config',
  /** Lock, journal and record of the node agent. */
  state: '/var/lib/sandbox-runtimes',
  /** Held by `flock` around the agent, so that no two installations meet. */
  lock: '/var/lib/sandbox-runtimes/lock',
} as const;

/**
 * Folder of one unpacked release. The version is in the path, so that a new release never changes the files
 * that running Pods were started from.
 *
 * @internal
 */
export function releaseDirectory(runtime: string, version: string): string {
  return `${HOST_LAYOUT.opt}/${runtime}/${version}`;
}

/**
 * Path of a shim's configuration file (containerd's `ConfigPath`). Release and content are in the name: runsc reads
 * the file again at each container create, and a container that restarts in an old Pod must meet the options and
 * the release that its Pod was started with.
 *
 * @internal
 */
export function shimConfigPath(handler: string, version: string, contentHash: string): string {
  return `${shimConfigFolder(handler, version, contentHash)}.toml`;
}

/**
 * Folder of configuration that consists of several files, by the content of the one that we write; for the same reason.
 *
 * @internal
 */
export function shimConfigFolder(handler: string, version: string, contentHash: string): string {
  return `${HOST_LAYOUT.configs}/${handler}/${version}-${contentHash.slice(0, 8)}`;
}
