import { CompatibilityRule } from './compatibility-rule';

/** Beginning of the annotations by which a Pod is excepted from a rule: `<prefix><rule>: <reason>`. */
export const EXCEPTION_PREFIX = 'except.sandbox-runtimes/';

const KNOWN: ReadonlySet<string> = new Set(Object.values(CompatibilityRule));

/** The exceptions that annotations name, and what is wrong with those that are none. */
export function readExceptions(annotations: { readonly [name: string]: unknown }): { readonly rules: Set<string>; readonly wrong: string[] } {
  const rules = new Set<string>();
  const wrong: string[] = [];
  for (const name in annotations) {
    if (!name.startsWith(EXCEPTION_PREFIX)) {
      continue;
    }
    const rule = name.slice(EXCEPTION_PREFIX.length);
    if (!KNOWN.has(rule)) {
      wrong.push(`the annotation ${name} is for a rule that is not there; the rules are ${[...KNOWN].sort().join(', ')}`);
    } else if (String(annotations[name]).trim() === '') {
      wrong.push(`the annotation ${name} gives no reason; write why the Pod needs it`);
    } else {
      rules.add(rule);
    }
  }
  return { rules, wrong };
}
