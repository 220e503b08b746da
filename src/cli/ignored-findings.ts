import { InputError } from './input/input-error';
import type { Finding } from '../lineup/finding';

/** A finding that somebody has decided to live with. */
export interface IgnoreRule {
  readonly rule: string;
  /** `Kind namespace/name`, `*` for any part. Absent: all objects. */
  readonly object?: string;
  readonly reason: string;
}

/** Reads `rule: reason` or `rule@object: reason`. */
export function parseIgnore(text: string): IgnoreRule {
  const match = /^([a-z-]+)(?:@([^:]+))?:\s*(\S.*)$/.exec(text.trim());
  if (!match) {
    throw new InputError(`--ignore is "${text}"; write a rule and a reason, as in "kata-guest-size: sized by a webhook" or "class-exists@Pod team-a/*: made by its operator"`);
  }
  const [, rule, object, reason] = match;
  return { rule, reason, ...(object === undefined ? {} : { object: object.trim() }) };
}

/** The reason for which a finding is ignored; undefined if it counts. */
export function ignoredFor({ rule, object }: Finding, ignores: readonly IgnoreRule[]): IgnoreRule | undefined {
  return ignores.find((ignore) => ignore.rule === rule && (ignore.object === undefined || covers(ignore.object, object)));
}

/** What its author is told once there is nothing to ignore. */
export function unusedText({ rule, object }: IgnoreRule): string {
  return `nothing is found any more of what is ignored: ${rule}${object === undefined ? '' : `@${object}`}`;
}

function covers(pattern: string, object: string): boolean {
  return new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(object);
}
