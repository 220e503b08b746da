/** A way to restart the daemon that serves CRI. That it serves again is for `waitForCri` to say, not for a strategy. */
export interface RestartStrategy {
  /** For the log: what gets restarted, and how. */
  readonly description: string;
  /** Command line of the daemon, where it is known. */
  command(): Promise<string[] | undefined>;
  /** Resolves once a new process runs; rejects with what happened instead. */
  restart(): Promise<void>;
}
