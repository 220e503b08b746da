import { pathTo, type FieldPath } from '../field-path';
import type { Problem } from '../finding';
import { describe, isRecord, valueAt, type Manifest } from '../manifest';
import { readExceptions, EXCEPTION_PREFIX } from '../pod-exceptions';
import { PodJudge, type Breach } from '../pod-judge';
import type { Rule } from '../rule';
import { sandboxFacts, type SandboxFacts } from '../sandbox-facts';

const NONE = {};
/** Id of what is wrong with an exception from a rule. */
export const EXCEPTION = 'exception';

/** Pod -> sandbox: what the Pod asks for works in its sandbox, and does not open it (docs/rules.md). */
export const compatibility: Rule = {
  id: 'compatibility',
  *check(index) {
    for (const [name, objects] of index.sandboxed) {
      const sandbox = sandboxFacts(index, name);
      if (!sandbox) {
        continue;
      }
      const judge = new PodJudge(sandbox);
      // Many Pods have the same thing; a warning is read once.
      const warnings = new Map<string, { breach: Breach; first: Manifest; field?: FieldPath; others: Manifest[] }>();
      for (const { object, podSpec, podPath, annotations } of objects) {
        if (!isRecord(podSpec)) {
          continue;
        }
        const excepted = annotations === undefined ? undefined : readExceptions(annotations);
        for (const breach of judge.judge({ spec: podSpec, annotations: annotations ?? NONE, live: isLive(object) })) {
          const { rule, verdict } = breach;
          if (excepted?.rules.delete(rule.id)) {
            continue;
          }
          const same = warnings.get(rule.id);
          if (verdict.severity === 'error') {
            yield problem(object, fieldOf(breach, object, podPath), breach, sandbox);
          } else if (same) {
            same.others.push(object);
          } else {
            warnings.set(rule.id, { breach, first: object, field: fieldOf(breach, object, podPath), others: [] });
          }
        }
        yield* excepted ? wrongExceptions(object, excepted) : [];
      }
      for (const { breach, first, field, others } of warnings.values()) {
        yield problem(first, field, breach, sandbox, others);
      }
    }
  },
};

/** Where in the object the Pod has what is wrong with it. */
function fieldOf({ holder, key }: Breach, object: Manifest, podPath: readonly string[]): FieldPath | undefined {
  const template = podPath.slice(0, -1);
  const path = pathTo(holder, valueAt(object, ...template));
  return path && [...template, ...path, key];
}

function problem(
  object: Manifest, field: FieldPath | undefined, { rule, verdict, given }: Breach, sandbox: SandboxFacts, others: readonly Manifest[] = [],
): Problem {
  const { runtimeClassName, kind } = sandbox;
  const { severity, reason, instead } = verdict;
  const names = `${others.slice(0, 3).map(describe).join(', ')}${others.length > 3 ? ', ...' : ''}`;
  const more = others.length ? ` (and so ${others.length} more: ${names})` : '';
  const where = `the RuntimeClass "${runtimeClassName}" (${kind === 'gvisor' ? 'gVisor' : 'Kata'})`;
  return { object, ...(field ? { field } : {}), rule: rule.id, severity, message: `${given.join('; ')}${more}, but on ${where} ${reason}; ${instead}` };
}

function* wrongExceptions(object: Manifest, { rules, wrong }: ReturnType<typeof readExceptions>): Generator<Problem> {
  for (const message of wrong) {
    yield { object, rule: EXCEPTION, message };
  }
  for (const rule of rules) {
    yield { object, rule: EXCEPTION, severity: 'warning', message: `the annotation ${EXCEPTION_PREFIX}${rule} excepts it from a rule that it does not break; leave it out` };
  }
}

function isLive(object: Manifest): boolean {
  return object.kind === 'Pod' && valueAt(object, 'metadata', 'uid') !== undefined;
}
