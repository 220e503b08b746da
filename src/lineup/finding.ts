import type { FieldPath } from './field-path';
import type { Manifest } from './manifest';

export type Severity = 'error' | 'warning';

/** What a rule has against an object: what was given, what is allowed, what to write instead. */
export interface Problem {
  readonly object: Manifest;
  /** The field of the object that is to be changed; absent where that is not known, or where the object as a whole is meant. */
  readonly field?: FieldPath;
  readonly message: string;
  /** An error if left out. */
  readonly severity?: Severity;
  /** Absent: the rule that found it. */
  readonly rule?: string;
}

/** A problem as it is reported. */
export interface Finding {
  /** Id of the rule, the link that is broken. */
  readonly rule: string;
  readonly severity: Severity;
  /** Kind, namespace and name of the object. */
  readonly object: string;
  /** The object itself; whoever read it knows where it stands. */
  readonly manifest: Manifest;
  readonly field?: FieldPath;
  readonly message: string;
}
