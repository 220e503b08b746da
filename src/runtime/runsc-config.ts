import type { GVisorPlatform } from './gvisor-platform';
import type { GVisorRelease } from './gvisor-release';
import { chosenFlags, DEBUG_LOGS } from './runsc-chosen-flags';
import type { RunscOptions } from './runsc-options';
import { writeToml } from '../platform/toml';

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
  const flags = runscFlags(config);
  return writeToml({
    binary_name: config.binaryName,
    ...(config.grouping ? { grouping: true } : {}),
    ...(config.options?.debug ? { log_level: 'debug', log_path: DEBUG_LOGS } : {}),
    runsc_config: Object.fromEntries(Object.keys(flags).sort().map((flag) => [flag, flags[flag]])),
  });
}

/** The members of RunscOptions. What each of them takes is loaded when one is set (projenrc/bundle-library.mjs). */
export const RUNSC_OPTIONS: ReadonlyArray<keyof RunscOptions> = [
  'debug', 'debugLog', 'debugLogFormat', 'debugCommand', 'debugToUserLog', 'strace', 'straceSyscalls', 'straceLogSize', 'logPackets', 'watchdogAction', 'panicSignal',
  'metricServer', 'podInitConfig', 'fileAccess', 'fileAccessMounts', 'overlay2', 'directfs', 'dcache', 'fdlimit', 'hostUds', 'hostFifo',
  'characterDevicePolicy', 'network', 'netRaw', 'allowPacketSocketWrite', 'gso', 'softwareGso', 'gvisorGro', 'txChecksumOffload', 'rxChecksumOffload', 'qdisc',
  'qdiscTbfRate', 'qdiscTbfBurst', 'numNetworkChannels', 'networkProcessorsPerChannel', 'reproduceNat', 'reproduceNftables', 'goferNetworkNamespace',
  'ociSeccomp', 'allowSuid', 'systemdCgroup', 'ignoreCgroups', 'inSandboxCgroup', 'cpuNumFromQuota', 'enableCoreTags', 'hostSettings', 'appHugePages',
  'systrapDisableSyscallPatching', 'systrapDisableFastPath', 'kvmUseCpuNums', 'gvisorMarkerFile', 'overrideProcs', 'nvproxy', 'nvproxyDriverVersion',
  'nvproxyAllowedDriverCapabilities', 'nvproxyAllowUnsupportedDriver', 'tpuproxy', 'extraFlags',
];

/** All flags by their own names; refuses those that this release would not start with. A platform alone is always right. */
export function runscFlags({ release, platform, options = {} }: RunscConfig): { [flag: string]: string } {
  const flags = { platform: platform.name };
  return RUNSC_OPTIONS.some((option) => options[option] !== undefined) ? chosenFlags(flags, options, release) : flags;
}
