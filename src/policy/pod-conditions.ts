import type { CompatibilityRule } from '../lineup/compatibility-rule';
import { EXCEPTION_PREFIX } from '../lineup/pod-exceptions';
import { verdictOf } from '../lineup/pod-judge';
import { celText, type Look } from '../lineup/pod-rule';
import { POD_RULES } from '../lineup/pod-rules';
import type { SandboxFacts } from '../lineup/sandbox-facts';

/** A validation of an admission policy. */
export interface PolicyValidation {
  readonly expression: string;
  readonly message: string;
}

/** How the value of a look is reached in CEL; `key` is quoted where it has to be. */
const REACH: { readonly [place in Look['at']]: (key: string, condition: (it: string) => string) => string } = {
  pod: (key, condition) => `(has(variables.spec.${key}) && ${condition(`variables.spec.${key}`)})`,
  podSecurity: (key, condition) => inside('variables.spec', 'securityContext', key, condition),
  container: (key, condition) => `variables.containers.exists(c, has(c.${key}) && ${condition(`c.${key}`)})`,
  security: (key, condition) => `variables.containers.exists(c, ${inside('c', 'securityContext', key, condition)})`,
  volume: (key, condition) => `variables.volumes.exists(v, has(v.${key}) && ${condition(`v.${key}`)})`,
  mount: (key, condition) => `variables.containers.exists(c, has(c.volumeMounts) && c.volumeMounts.exists(m, has(m.${key}) && ${condition(`m.${key}`)}))`,
  resource: (prefix, condition) => (
    `(variables.containers + [variables.spec]).exists(c, [c.?resources.?limits.orValue({}), c.?resources.?requests.orValue({})].exists(r, ${named('r', prefix, condition)}))`
  ),
  annotation: (prefix, condition) => named('variables.annotations', prefix, condition),
};

function inside(object: string, member: string, key: string, condition: (it: string) => string): string {
  return `(has(${object}.${member}) && has(${object}.${member}.${key}) && ${condition(`${object}.${member}.${key}`)})`;
}

function named(map: string, prefix: string, condition: (it: string) => string): string {
  return `${map}.exists(k, k.startsWith(${celText(prefix)}) && ${condition('k')})`;
}

/**
 * What a Pod of these classes must not have: for each rule whose verdict is an error, the condition that the check at
 * synth decides, in CEL. Rules that mean the same for several classes are one validation.
 *
 * @param honored rules from which a Pod may except itself by its annotation
 */
export function podValidations(sandboxes: readonly SandboxFacts[], honored: readonly CompatibilityRule[]): PolicyValidation[] {
  return POD_RULES.flatMap((rule) => {
    const validations = new Map<string, { readonly classes: string[]; readonly condition: string; readonly message: string }>();
    for (const sandbox of sandboxes) {
      const verdict = verdictOf(rule, sandbox);
      const conditions = verdict?.severity === 'error' ? rule.looks.flatMap((look) => conditionOf(look, sandbox) ?? []) : [];
      if (!conditions.length) {
        continue;
      }
      const condition = conditions.join(' || ');
      const message = `${rule.id}: on this RuntimeClass ${verdict!.reason}; ${verdict!.instead}`;
      const key = condition + message;
      const same = validations.get(key) ?? { classes: [], condition, message };
      same.classes.push(sandbox.runtimeClassName);
      validations.set(key, same);
    }
    const excepted = honored.includes(rule.id) ? `variables.annotations[?${celText(EXCEPTION_PREFIX + rule.id)}].orValue('') != '' || ` : '';
    return [...validations.values()].map(({ classes, condition, message }) => ({
      expression: `${excepted}!(variables.class in [${classes.map(celText).join(', ')}]) || !(${condition})`,
      message,
    }));
  });
}

/** Undefined where the API server decides it, or where it never holds for this sandbox. */
function conditionOf(look: Look, sandbox: SandboxFacts): string | undefined {
  const { at, key, cel } = look;
  return !cel || cel('it', sandbox) === 'false' ? undefined : REACH[at](key, (it) => cel(it, sandbox));
}
