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
  const id = text.trim();
  if (RULE_IDS.includes(id)) {
    const { link, why, look } = ruleGuide(id);
    return [{ subject: id, means: `${link}. ${why}`, links: [], look }];
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
    throw new InputError(`nothing is known about "${text.slice(0, 200)}"; give a rule (${RULE_IDS.join(', ')}), `
      + 'or the text of an event as "kubectl describe pod" shows it');
  }
  return found;
}

export function explanationText(explanations: readonly Explanation[]): string {
  return explanations.map(({ subject, means, links, look }) => [
    subject,
    `  ${means}`,
    ...(links.length ? ['', '  links to look at:', ...links.map(({ rule, link }) => `    ${link}  [${rule}]`)] : []),
    ...(look.length ? ['', '  where to look:', ...look.map((command) => `    ${command}`)] : []),
  ].join('\n')).join('\n\n') + '\n';
}
