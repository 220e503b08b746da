import { isNear } from '../../lineup/near';
import { RULE_IDS } from '../../lineup/rules';
import { EVENT_TEXTS } from '../explain/event-texts';
import { ruleGuide } from '../explain/rule-guides';
import { InputError } from '../input/input-error';

/** What a rule, or a text from an event or log, is about. */
export interface Explanation {
  /** The rule's id, or the part of the text that was recognised. */
  readonly subject: string;
  readonly means: string;
  /** Links to look at, most likely first. */
  readonly links: ReadonlyArray<{ readonly rule: string; readonly link: string; readonly why: string }>;
  readonly look: readonly string[];
}

/** @throws InputError if nothing is known about the text */
export function explain(text: string): Explanation[] {
  const named = ruleIn(text);
  if (named !== undefined) {
    const { link, why, look } = ruleGuide(named);
    return [{ subject: named, means: `${link}. ${why}`, links: [], look }];
  }
  const found = EVENT_TEXTS.flatMap(({ pattern, means, rules, look }) => {
    const match = pattern.exec(text);
    if (!match) {
      return [];
    }
    const name = match.slice(1).find((group) => group !== undefined) ?? '';
    const fill = (sentence: string) => sentence.replaceAll('$1', name);
    const links = rules.map((rule) => ({ rule, link: ruleGuide(rule).link, why: ruleGuide(rule).why }));
    return [{ subject: match[0], means: fill(means), links, look: look.map(fill) }];
  });
  if (!found.length) {
    const given = spelled(text);
    const near = RULE_IDS.filter((id) => isNear(id, given) || (given.length >= SHORTEST_PART && id.includes(given)));
    throw new InputError(`nothing is known about "${text.trim().slice(0, 200)}"; give ${near.length ? `the rule ${near.join(' or ')}` : 'a rule, which findings name in brackets'}, `
      + 'or the text of an event as "kubectl describe pod" shows it; without a text all rules are listed');
  }
  return found;
}

/** All rules with their links. */
export function ruleList(): ReadonlyArray<{ readonly rule: string; readonly link: string }> {
  return RULE_IDS.map((rule) => ({ rule, link: ruleGuide(rule).link }));
}

/** A part of a rule's name that tells enough. */
const SHORTEST_PART = 3;
/** Where a finding, or a policy that refuses a Pod, names its rule. */
const NAMED = [/\[([a-z-]+)\]/, /denied request: ([a-z-]+): /];

/** The rule that a text is, in whatever spelling, or that it names as a finding does. */
function ruleIn(text: string): string | undefined {
  return [spelled(text), ...NAMED.map((pattern) => pattern.exec(text)?.[1])].find((id) => id !== undefined && RULE_IDS.includes(id));
}

function spelled(text: string): string {
  return text.trim().toLowerCase().replace(/[\s_]+/g, '-');
}

export function explanationText(explanations: readonly Explanation[]): string {
  return explanations.map(({ subject, means, links, look }) => [
    subject,
    `  ${means}`,
    ...(links.length ? ['', '  links to look at:', ...links.map(({ rule, link }) => `    ${link}  [${rule}]`)] : []),
    ...(look.length ? ['', '  where to look:', ...look.map((command) => `    ${command}`)] : []),
  ].join('\n')).join('\n\n') + '\n';
}
