import type { GVisorPlatform } from './gvisor-platform';
import type { GVisorRelease } from './gvisor-release';
import { runscFlags } from './runsc-chosen-flags';
import type { RunscOptions } from './runsc-options';
import { writeToml } from '../platform/toml';

/**
 * Where shim and runsc write with `debug`. The `/` at the end makes each of them name its files by sandbox and command
 * (the `%ID%` of older documentation is no longer replaced in `log_path`).
 */
export const DEBUG_LOGS = '/var/log/runsc/';

/** What runsc's configuration of one handler is made from. */
export interface RunscConfig {
  /** Absolute path of runsc on the node. */
  readonly binaryName: string;
  readonly release: GVisorRelease;
  readonly platform: GVisorPlatform;
  readonly options?: RunscOptions;
  /** The containers of a Pod share a sandbox although the container runtime does not say so. */
  readonly grouping?: boolean;
}

/**
 * Content of `runsc.toml`, which the shim reads at each container create (containerd's `ConfigPath`).
 *
 * Without `debug` the shim's own log stays where containerd puts it and follows containerd's level: `log_path` would
 * leave a file on the node for each container that ever ran. With `debug`, shim and runsc log each step; `strace` stays
 * off, since it slows a sandbox down many times over and writes the workload's data into the log.
 *
 * @see https://github.com/google/gvisor/blob/master/pkg/shim/v1/runsc/options.go
 */
export function renderRunscConfig(config: RunscConfig): string {
  if (!config.binaryName.startsWith('/')) {
    throw new Error(`runsc must be named by its absolute path, got "${config.binaryName}"`);
  }
  const flags = config.options ? runscFlags(config) : { platform: config.platform.name };
  return writeToml({
    binary_name: config.binaryName,
    ...(config.grouping ? { grouping: true } : {}),
    ...(config.options?.debug ? { log_level: 'debug', log_path: DEBUG_LOGS } : {}),
    runsc_config: Object.fromEntries(Object.keys(flags).sort().map((flag) => [flag, flags[flag]])),
  });
}
