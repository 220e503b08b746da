import type { CompatibilityRule } from './compatibility-rule';
import type { Severity } from './finding';
import type { SandboxFacts } from './sandbox-facts';

/**
 * One thing that a Pod can have and that does not go with a sandbox: plain data, from which the check at synth, the
 * admission policies and docs/rules.md are made.
 */
export interface PodRule {
  readonly id: CompatibilityRule;
  /** What a Pod has, as Markdown. */
  readonly about: string;
  /** What it means in gVisor: the first verdict that applies counts. Absent: nothing is wrong with it. */
  readonly gvisor?: readonly Verdict[];
  readonly kata?: readonly Verdict[];
  readonly looks: readonly Look[];
}

export interface Verdict {
  readonly severity: Severity;
  /** What happens, and why. */
  readonly reason: string;
  readonly instead: string;
  /** Where that is known from: repository and file, page, or issue. */
  readonly source: string;
  /** Absent: it always applies. */
  readonly when?: { readonly text: string; readonly holds: (sandbox: SandboxFacts) => boolean };
}

/** Kinds of places in a Pod; a rule names one and a key in it, so that a Pod is walked once for all rules. */
export type Place =
  /** `spec` */
  | 'pod'
  /** `spec.securityContext` */
  | 'podSecurity'
  /** Containers, init containers and ephemeral ones. */
  | 'container'
  /** `securityContext` of a container */
  | 'security'
  | 'volume'
  /** `volumeMounts` of a container */
  | 'mount'
  /** Extended resources that are asked for; the value is the name. */
  | 'resource'
  /** Annotations of the Pod; the value is the name. */
  | 'annotation';

export interface PodFacts {
  readonly spec: any;
  readonly annotations: { readonly [name: string]: unknown };
  /** Whether the Pod has been created: the API server and the scheduler have added what they add. */
  readonly live: boolean;
}

export interface Look {
  readonly at: Place;
  /** The key whose value is looked at; for names, what they begin with. */
  readonly key: string;
  /**
   * The same as a condition of CEL, for admission policies, where `it` is how the value is written. Absent where no
   * verdict of the rule is an error, or where the API server refuses it anyway. It may use the policy's variables spec,
   * volumes and annotations.
   */
  readonly cel?: (it: string, sandbox: SandboxFacts) => string;
  /** What a message says was given; undefined where the rule has nothing against it. */
  given(value: any, pod: PodFacts, sandbox: SandboxFacts): string | undefined;
}

/** Looks at `securityContext`, of the Pod and of its containers. */
export function inSecurityContexts(look: Omit<Look, 'at'>): Look[] {
  return [{ ...look, at: 'podSecurity' }, { ...look, at: 'security' }];
}

/** A text as CEL writes it. */
export function celText(text: string): string {
  return JSON.stringify(text);
}
