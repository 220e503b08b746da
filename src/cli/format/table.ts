import { excerpt } from './excerpt';
import type { Paint } from './paint';
import { chainTable } from '../../lineup/report/chain-table';
import { printable } from '../../lineup/report/printable';
import { counted, placeText, summary, type CheckReport, type ReportedFinding } from '../check-report';

/** For people: the chains, what is wrong with them, and a last line that sums up. */
export function table(report: CheckReport, paint: Paint): string {
  const findings = counted(report);
  const parts = [
    report.chains.length ? chainTable(report.chains) : 'No Pod names a RuntimeClass, and there is none.',
    ...(report.unread.length ? [report.unread.map((unread) => `${paint('error', 'red')} [unreadable] ${excerpt(unread)}`).join('\n')] : []),
    ...(findings.length ? [findings.map((finding) => listed(finding, paint)).join('\n')] : []),
    paint(summary(report), findings.length || report.unread.length ? 'bold' : 'green'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function listed({ severity, rule, object, place, message }: ReportedFinding, paint: Paint): string {
  const where = place === undefined ? '' : ` (${printable(placeText(place))})`;
  return `${paint(severity, severity === 'error' ? 'red' : 'yellow')} [${rule}] ${printable(object)}${where}\n  ${printable(message)}`;
}
