/**
 * How containerd's files come about on nodes where the main file is not the operator's own: it is rendered from a
 * template at each start, written by another program, or read-only. At most one of the three.
 */
export interface ContainerdFilesPlan {
  /** Folder of containerd's state. Absent: the folder of the CRI socket. */
  readonly state?: string;
  /** containerd is started by the unit's program and not by the unit, so `binaries` alone say where it is. */
  readonly embedded?: true;
  readonly templates?: readonly TemplatePlan[];
  readonly managed?: ManagedConfigPlan;
  readonly copied?: CopiedConfigPlan;
}

/** A template of the main file: what is appended to it stands at the end of the main file after the next start. */
export interface TemplatePlan {
  /** Configuration version of the main file that it makes. */
  readonly version: number;
  readonly file: string;
  /** Our drop-in, used where containerd merges drop-ins and the main file imports it. Absent: none is imported. */
  readonly dropInFile?: string;
  /** Go template that stands for what there is without a template. Absent: there always is one. */
  readonly base?: string;
}

/** Another program writes the main file, takes in `dropInFile` by itself, and has containerd read it. */
export interface ManagedConfigPlan {
  /** What the main file begins with as long as that is so. */
  readonly mark: string;
  /** File that drop-ins are merged into for a containerd that does not merge them itself (1.x). */
  readonly mergedFile: string;
}

/** The unit reads a file that cannot be written, by an environment variable that can be set to a copy, `configFile`. */
export interface CopiedConfigPlan {
  readonly original: string;
  readonly variable: string;
  /** Drop-in of the unit that sets the variable. */
  readonly unitDropIn: string;
}
