import { mermaid } from '../../lineup/report/mermaid';
import { printable } from '../../lineup/report/printable';
import { counted, placeText, summary, type CheckReport } from '../check-report';

/** For a comment on a pull request or the summary of a pipeline: findings as a table, the chains as a picture. */
export function markdown(report: CheckReport): string {
  const findings = counted(report);
  const errors = findings.some(({ severity }) => severity === 'error') || report.unread.length > 0;
  const rows = [
    ...report.unread.map((unread) => ['error', 'unreadable', '', placeText(unread), unread.message]),
    ...findings.map(({ severity, rule, object, place, message }) => [severity, rule, object, place ? placeText(place) : '', message]),
  ];
  const ignored = report.findings.filter((finding) => finding.ignored !== undefined);
  return [
    `### Sandbox line-up: ${errors ? 'broken' : findings.length ? 'with warnings' : 'everything lines up'}`,
    `${summary(report)}`,
    ...(rows.length ? [markdownTable(['', 'link', 'object', 'where', 'what is wrong'], rows)] : []),
    ...(ignored.length ? [markdownTable(['ignored', 'object', 'reason'], ignored.map(({ rule, object, ignored: reason }) => [rule, object, reason!]))] : []),
    ...(report.chains.length ? [`\`\`\`mermaid\n${mermaid(report.chains)}\`\`\``] : []),
  ].join('\n\n') + '\n';
}

/** Nothing could be judged. */
export function failedMarkdown(error: string): string {
  return `### Sandbox line-up: not checked\n\n${cell(error)}\n`;
}

export function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** A text that stays a text, whatever Markdown or HTML is in it. */
function cell(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>#|~@]/g, (character) => (character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`));
}
