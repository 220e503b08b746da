/** What the command finds around it; tests bring their own. */
export interface Surroundings {
  readonly standardInput: () => string;
  /** Whether what is printed is coloured. */
  readonly colors: boolean;
  /** Says on a terminal how far a long reading has come. */
  readonly progress?: (done: number, all: number) => void;
}

/** What a run of the command prints, and how it ends. */
export interface CommandResult {
  readonly status: 0 | 1 | 2;
  readonly output: string;
  /** For standard error. */
  readonly complaint: string;
}
