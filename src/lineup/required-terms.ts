import { listAt, textAt, valueAt } from './manifest';
import { REQUIRED_TERMS } from './required-architectures';

/** A label that a required node affinity rules out, as messages have it. */
export interface RuledOut {
  readonly key: string;
  readonly value: string;
  readonly expression: string;
}

/**
 * Why no node that has the labels fits what the Pod requires: each of its terms, of which one would be enough, rules
 * one of them out. Undefined if some term does not.
 */
export function ruledOut(podSpec: unknown, labels: ReadonlyMap<string, string>): RuledOut | undefined {
  const terms = listAt(podSpec, ...REQUIRED_TERMS).map((term) => (
    listAt(term, 'matchExpressions').map((expression) => contradiction(expression, labels)).find((found) => found !== undefined)
  ));
  return terms.includes(undefined) ? undefined : terms[0];
}

function contradiction(expression: unknown, labels: ReadonlyMap<string, string>): RuledOut | undefined {
  const key = textAt(expression, 'key') ?? '';
  const operator = textAt(expression, 'operator') ?? '';
  const value = labels.get(key);
  if (value === undefined) {
    return undefined;
  }
  const values = valueAt(expression, 'values');
  const named = Array.isArray(values) && values.map(String).includes(value);
  const isOut = operator === 'In' ? Array.isArray(values) && !named : operator === 'NotIn' ? named : operator === 'DoesNotExist';
  return isOut ? { key, value, expression: `${key} ${operator}${Array.isArray(values) ? ` [${values.map(String).join(', ')}]` : ''}` } : undefined;
}
