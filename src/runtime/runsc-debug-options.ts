/** Form of log lines. */
export enum RunscLogFormat {
  /** Lines for people. */
  TEXT = 'text',
  /** JSON. */
  JSON = 'json',
  /** JSON with the keys that Kubernetes' log collectors expect. */
  JSON_K8S = 'json-k8s',
}

/** What the sandbox's watchdog does when a task hangs. */
export enum RunscWatchdogAction {
  /** Logs it. */
  LOG = 'log',
  /** Stops the sandbox. */
  PANIC = 'panic',
}

/**
 * runsc's flags for logs, traces and metrics. Each member has its flag's name, and each default is runsc's own.
 *
 * @see https://github.com/google/gvisor/blob/master/runsc/config/flags.go
 * @see https://gvisor.dev/docs/user_guide/debugging/
 * @see https://gvisor.dev/docs/user_guide/observability/
 */
export interface RunscDebugOptions {
  /**
   * Whether runsc and its shim log what they do, to files in `/var/log/runsc/` on the node, which nothing removes.
   * System calls are not among it: they are `strace`.
   *
   * @default false
   */
  readonly debug?: boolean;

  /**
   * Absolute path of runsc's debug logs on the node; a folder where it ends with `/`. The variables `%TIMESTAMP%`,
   * `%COMMAND%`, `%ID%` (sandbox) and `%CID%` (container) are replaced. Nothing removes old logs.
   *
   * @default - `/var/log/runsc/` with `debug`, else none
   */
  readonly debugLog?: string;

  /**
   * Form of the debug logs.
   *
   * @default RunscLogFormat.TEXT
   */
  readonly debugLogFormat?: RunscLogFormat;

  /**
   * Commands of runsc that write debug logs, separated by commas; a `!` at the beginning excludes them:
   * `create,start`, `!boot,events`.
   *
   * @default - all
   */
  readonly debugCommand?: string;

  /**
   * Whether the sandbox's logs also go where the Pod's owner can read them.
   *
   * @default false
   */
  readonly debugToUserLog?: boolean;

  /**
   * Whether every system call of the sandbox is logged. Very slow, and the log holds the data of the calls.
   *
   * @default false
   */
  readonly strace?: boolean;

  /**
   * System calls that are logged.
   *
   * @default - all
   */
  readonly straceSyscalls?: string[];

  /**
   * How much of each argument of a system call is logged, in bytes.
   *
   * @default 1024
   */
  readonly straceLogSize?: number;

  /**
   * Whether network packets are logged.
   *
   * @default false
   */
  readonly logPackets?: boolean;

  /**
   * What happens when a task hangs.
   *
   * @default RunscWatchdogAction.LOG
   */
  readonly watchdogAction?: RunscWatchdogAction;

  /**
   * Number of the signal that makes the sandbox print its stacks and stop, such as 12 (SIGUSR2); -1 for none.
   *
   * @default -1
   */
  readonly panicSignal?: number;

  /**
   * Address of the metric server that sandboxes announce themselves to: `<address>:<port>`, `:<port>`, or the
   * absolute path of a Unix domain socket (which may begin with `%RUNTIME_ROOT%`). Must be exactly the one that
   * `runsc metric-server` was started with.
   *
   * @default - no metrics
   */
  readonly metricServer?: string;

  /**
   * Absolute path, on the node, of a file with steps to take when a Pod starts: the sessions of runtime monitoring,
   * as Falco uses it. The file is read on the node and is not part of the installation.
   *
   * @default - none
   */
  readonly podInitConfig?: string;
}
