import type { IgnoreRule } from './ignored-findings';
import type { Place, UnreadText } from './input/manifest-reader';
import type { Chain } from '../lineup/chain';
import type { Finding } from '../lineup/finding';

/** A finding with the place of its field or object, and why it is not to count. */
export interface ReportedFinding extends Omit<Finding, 'manifest' | 'field'> {
  readonly place?: Place;
  /** As a person writes it: `spec.runtimeClassName`. */
  readonly field?: string;
  /** Reason of the one who ignores it. */
  readonly ignored?: string;
}

/** All that a check has to say. */
export interface CheckReport {
  /** Errors first, then as the rules found them. */
  readonly findings: readonly ReportedFinding[];
  /** What could not be read, and is therefore not judged. */
  readonly unread: readonly UnreadText[];
  /** What is ignored although nothing of it is found, whatever its severity. */
  readonly unusedIgnores: readonly IgnoreRule[];
  readonly chains: readonly Chain[];
  readonly objects: number;
  readonly files: number;
}

/** The findings that count. */
export function counted({ findings }: CheckReport): readonly ReportedFinding[] {
  return findings.filter(({ ignored }) => ignored === undefined);
}

/** One line that sums up. */
export function summary(report: CheckReport): string {
  const findings = counted(report);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const ignored = report.findings.length - findings.length;
  return [
    count(report.objects, 'object'),
    count(report.chains.length, 'chain'),
    count(errors, 'error'),
    count(findings.length - errors, 'warning'),
    ...(ignored ? [`${ignored} ignored`] : []),
    ...(report.unread.length ? [`${report.unread.length} not read`] : []),
  ].join(', ');
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

export function placeText({ file, line, column }: Place): string {
  return [file, line, ...(column === undefined ? [] : [column])].join(':');
}
