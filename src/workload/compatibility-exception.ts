import { CompatibilityRule } from '../lineup/compatibility-rule';
import { EXCEPTION_PREFIX } from '../lineup/pod-exceptions';

/** A rule that a Pod may break, for a reason that reviewers see in the YAML. */
export interface CompatibilityException {
  /** The rule, see docs/rules.md. */
  readonly rule: CompatibilityRule;

  /** Why the Pod needs it: a sentence for whoever reviews the YAML. */
  readonly reason: string;
}

/** The annotations that say so. */
export function exceptionAnnotations(exceptions: readonly CompatibilityException[], where: string): { [name: string]: string } {
  const annotations: { [name: string]: string } = {};
  for (const { rule, reason } of exceptions) {
    if (!Object.values(CompatibilityRule).includes(rule)) {
      throw new Error(`${where} has an exception from "${rule}", which is no CompatibilityRule; name one of them, such as CompatibilityRule.HOST_PATH`);
    }
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new Error(`${where} has an exception from ${rule} without a reason; write why the Pod needs it`);
    }
    annotations[EXCEPTION_PREFIX + rule] = reason;
  }
  return annotations;
}
