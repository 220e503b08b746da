import { RunscLogFormat, RunscWatchdogAction } from './runsc-debug-options';
import { RunscCharacterDevicePolicy, RunscFileAccess, RunscHostFifo, RunscHostUds } from './runsc-filesystem-options';
import { RunscNetwork, RunscQdisc } from './runsc-network-options';
import type { RunscOptions } from './runsc-options';
import { RunscHostSettings, RunscInSandboxCgroup, RunscNvidiaDriverCapability } from './runsc-sandbox-options';

/** What a flag takes. */
export type RunscFlagValue =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'text'; readonly pattern: RegExp; readonly form: string }
  | { readonly kind: 'list'; readonly pattern: RegExp; readonly form: string };

/** A flag with a member of its own in RunscOptions. */
export interface RunscFlag {
  /** The flag's name, without dashes. */
  readonly flag: string;
  readonly value: RunscFlagValue;
}

const BOOLEAN: RunscFlagValue = { kind: 'boolean' };
const ABSOLUTE_PATH: RunscFlagValue = { kind: 'text', pattern: /^\/[^\s,]*$/, form: 'an absolute path' };
const MAX_INT32 = 2 ** 31 - 1;
const MAX_UINT32 = 2 ** 32 - 1;

function integer(min: number, max: number = MAX_INT32): RunscFlagValue {
  return { kind: 'integer', min, max };
}

function choice(of: { readonly [member: string]: string }): RunscFlagValue {
  return { kind: 'choice', of: Object.values(of) };
}

/**
 * The typed flags, by their member in RunscOptions.
 * Source: google/gvisor runsc/config/flags.go and config.go (each flag's type, and what its `Set` accepts).
 */
export const RUNSC_FLAGS: { readonly [option in keyof Omit<RunscOptions, 'extraFlags'>]-?: RunscFlag } = {
  // files
  fileAccess: { flag: 'file-access', value: choice(RunscFileAccess) },
  fileAccessMounts: { flag: 'file-access-mounts', value: choice(RunscFileAccess) },
  overlay2: {
    flag: 'overlay2',
    value: {
      kind: 'text',
      pattern: /^(none|(root|all):(memory|self|dir=\/[^\s,:]*)(,size=\d+[kKmMgG%]?)?)$/,
      form: '"none" or "<root or all>:<memory, self or dir=/path>[,size=<size>]", such as "root:memory,size=2g"',
    },
  },
  directfs: { flag: 'directfs', value: BOOLEAN },
  dcache: { flag: 'dcache', value: integer(-1) },
  fdlimit: { flag: 'fdlimit', value: integer(-1) },
  hostUds: { flag: 'host-uds', value: choice(RunscHostUds) },
  hostFifo: { flag: 'host-fifo', value: choice(RunscHostFifo) },
  characterDevicePolicy: { flag: 'character-device-policy', value: choice(RunscCharacterDevicePolicy) },

  // network
  network: { flag: 'network', value: choice(RunscNetwork) },
  netRaw: { flag: 'net-raw', value: BOOLEAN },
  allowPacketSocketWrite: { flag: 'allow-packet-socket-write', value: BOOLEAN },
  gso: { flag: 'gso', value: BOOLEAN },
  softwareGso: { flag: 'software-gso', value: BOOLEAN },
  gvisorGro: { flag: 'gvisor-gro', value: BOOLEAN },
  txChecksumOffload: { flag: 'tx-checksum-offload', value: BOOLEAN },
  rxChecksumOffload: { flag: 'rx-checksum-offload', value: BOOLEAN },
  qdisc: { flag: 'qdisc', value: choice(RunscQdisc) },
  qdiscTbfRate: { flag: 'qdisc-tbf-rate', value: integer(0, Number.MAX_SAFE_INTEGER) },
  qdiscTbfBurst: { flag: 'qdisc-tbf-burst', value: integer(0, MAX_UINT32) },
  numNetworkChannels: { flag: 'num-network-channels', value: integer(1) },
  networkProcessorsPerChannel: { flag: 'network-processors-per-channel', value: integer(0) },
  reproduceNat: { flag: 'reproduce-nat', value: BOOLEAN },
  reproduceNftables: { flag: 'reproduce-nftables', value: BOOLEAN },
  goferNetworkNamespace: {
    flag: 'gofer-network-namespace',
    value: { kind: 'text', pattern: /^(null|new|host|\/[^\s,]*)$/, form: '"null", "new", "host" or an absolute path' },
  },

  // processes, memory, cgroups, devices
  ociSeccomp: { flag: 'oci-seccomp', value: BOOLEAN },
  allowSuid: { flag: 'allow-suid', value: BOOLEAN },
  systemdCgroup: { flag: 'systemd-cgroup', value: BOOLEAN },
  ignoreCgroups: { flag: 'ignore-cgroups', value: BOOLEAN },
  inSandboxCgroup: { flag: 'in-sandbox-cgroup', value: choice(RunscInSandboxCgroup) },
  cpuNumFromQuota: { flag: 'cpu-num-from-quota', value: BOOLEAN },
  enableCoreTags: { flag: 'enable-core-tags', value: BOOLEAN },
  hostSettings: { flag: 'host-settings', value: choice(RunscHostSettings) },
  appHugePages: { flag: 'app-huge-pages', value: BOOLEAN },
  systrapDisableSyscallPatching: { flag: 'systrap-disable-syscall-patching', value: BOOLEAN },
  systrapDisableFastPath: { flag: 'systrap-disable-fast-path', value: BOOLEAN },
  kvmUseCpuNums: { flag: 'kvm-use-cpu-nums', value: BOOLEAN },
  gvisorMarkerFile: { flag: 'gvisor-marker-file', value: BOOLEAN },
  overrideProcs: { flag: 'override-procs', value: { kind: 'list', pattern: /^[\w./-]+$/, form: 'names of files in /proc' } },
  nvproxy: { flag: 'nvproxy', value: BOOLEAN },
  nvproxyDriverVersion: {
    flag: 'nvproxy-driver-version',
    value: { kind: 'text', pattern: /^(latest|\d+(\.\d+)+)$/, form: '"latest" or a version such as "580.65.06"' },
  },
  nvproxyAllowedDriverCapabilities: {
    flag: 'nvproxy-allowed-driver-capabilities',
    value: {
      kind: 'list',
      pattern: new RegExp(`^(${Object.values(RunscNvidiaDriverCapability).join('|')})$`),
      form: Object.values(RunscNvidiaDriverCapability).join(', '),
    },
  },
  nvproxyAllowUnsupportedDriver: { flag: 'nvproxy-allow-unsupported-driver', value: BOOLEAN },
  tpuproxy: { flag: 'tpuproxy', value: BOOLEAN },

  // logs, traces, metrics
  debug: { flag: 'debug', value: BOOLEAN },
  debugLog: { flag: 'debug-log', value: ABSOLUTE_PATH },
  debugLogFormat: { flag: 'debug-log-format', value: choice(RunscLogFormat) },
  debugCommand: {
    flag: 'debug-command',
    value: { kind: 'text', pattern: /^!?[a-z-]+(,[a-z-]+)*$/, form: 'commands of runsc separated by commas, such as "create,start" or "!boot,events"' },
  },
  debugToUserLog: { flag: 'debug-to-user-log', value: BOOLEAN },
  strace: { flag: 'strace', value: BOOLEAN },
  straceSyscalls: { flag: 'strace-syscalls', value: { kind: 'list', pattern: /^[a-z0-9_]+$/, form: 'names of system calls' } },
  straceLogSize: { flag: 'strace-log-size', value: integer(0) },
  logPackets: { flag: 'log-packets', value: BOOLEAN },
  watchdogAction: { flag: 'watchdog-action', value: choice(RunscWatchdogAction) },
  panicSignal: { flag: 'panic-signal', value: integer(-1, 64) },
  metricServer: {
    flag: 'metric-server',
    value: {
      kind: 'text',
      pattern: /^([^\s,/]*:\d{1,5}|(%RUNTIME_ROOT%)?\/[^\s,]+)$/,
      form: '"<address>:<port>", ":<port>" or the absolute path of a socket',
    },
  },
  podInitConfig: { flag: 'pod-init-config', value: ABSOLUTE_PATH },
};

/**
 * First release that has a flag; flags that are not here are older than all of these. runsc refuses to start with a
 * flag that it does not know, and so does every Pod. Where the exact release is not known it is the first one that
 * has the flag for sure.
 * Source: search for each flag in the tags of google/gvisor; the last three by their first sight in its source.
 */
export const RUNSC_FLAG_SINCE: { readonly [flag: string]: string } = {
  'systemd-cgroup': '20220321.0',
  'host-fifo': '20221026.0',
  'host-uds': '20221026.0',
  'overlay2': '20221205.0',
  'directfs': '20230306.0',
  'nvproxy': '20230529.0',
  'tpuproxy': '20230724.0',
  'nvproxy-driver-version': '20240422.0',
  'app-huge-pages': '20240715.0',
  'nvproxy-allowed-driver-capabilities': '20240930.0',
  'host-settings': '20241021.0',
  'gvisor-marker-file': '20250421.0',
  'systrap-disable-syscall-patching': '20250512.0',
  'allow-suid': '20250820.0',
  'allow-packet-socket-write': '20251208.0',
  'kvm-use-cpu-nums': '20260105.0',
  'allow-rootfs-tar-annotation': '20260223.0',
  'pause-external-networking': '20260223.0',
  'control-rpc-stop-timeout': '20260413.0',
  'allow-connected-on-save': '20260520.0',
  'qdisc-tbf-burst': '20260520.0',
  'qdisc-tbf-rate': '20260520.0',
  'override-procs': '20260601.0',
  'allow-live-tcp-migration': '20260615.0',
  'nvproxy-allow-unsupported-driver': '20260615.0',
  'systrap-disable-fast-path': '20260622.0',
  'gofer-network-namespace': '20260727.0',
  'sidecar-release-enforcement-policy': '20260727.0',
  'rdmaproxy': '20260803.0',
  'shared-root': '20260810.0',
  'character-device-policy': '20260831.0',
  'sidecar-usage-policy': '20260831.0',
  'in-sandbox-cgroup': '20260914.0',
};

const SET_BY_SHIM = 'containerd-shim-runsc-v1 sets it, and finds its containers and their errors by it';
const NO_EFFECT = 'it is deprecated and has no effect; leave it out';

/**
 * Flags that are refused in `extraFlags`, with the reason and what to do instead.
 * Source: google/gvisor pkg/shim/v1/runsccmd/runsc.go (what the shim sets), runsc/config/flags_graveyard.go (deprecated).
 */
export const REFUSED_RUNSC_FLAGS: readonly { readonly flag: RegExp; readonly reason: string }[] = [
  { flag: /^(root|log|log-format|panic-log)$/, reason: SET_BY_SHIM },
  { flag: /-fd$/, reason: 'it names a file descriptor of a process that the shim starts' },
  { flag: /^rootless$/, reason: 'a rootless runsc cannot create the containers of a Pod' },
  { flag: /^(help|h|version)$/, reason: 'runsc would print and end instead of starting a container' },
  { flag: /^TESTONLY-/i, reason: 'it is for gVisor\'s own tests and takes the isolation away' },
  { flag: /^platform$/, reason: 'set the runtime\'s platform' },
  { flag: /^overlay$/, reason: 'it is deprecated; set overlay2' },
  { flag: /^fsgofer-host-uds$/, reason: 'it is deprecated; set hostUds' },
  { flag: /^mount-cgroup-v2$/, reason: 'it is deprecated; set inSandboxCgroup' },
  { flag: /^(buffer-pooling|cgroupfs|fuse|lisafs|save-restore-netstack|vfs2)$/, reason: NO_EFFECT },
];
