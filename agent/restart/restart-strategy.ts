/** A way to the daemon that serves CRI. What it then serves is for `waitForCri` and others to say, not for a strategy. */
export interface RestartStrategy {
  /** For the log: what gets restarted, and how. */
  readonly description: string;
  /** Command line of the daemon, where it is known. */
  command(): Promise<string[] | undefined>;
  /** Variables that its unit sets; they may stand in the command line. */
  environment(): Promise<{ readonly [name: string]: string }>;
  /** Command lines of other processes that a restart would end with the daemon, where that is known. */
  alsoEnded(): Promise<readonly string[]>;
  /** Resolves once a new process runs; rejects with what happened instead. */
  restart(): Promise<void>;
  /** Resolves once the daemon was told to read its configuration again, by SIGHUP. */
  reload(): Promise<void>;
}
