import type { Finding } from '../finding';

/** The findings, errors first, with the object and where it stands. */
export function findingList(findings: readonly Finding[]): string {
  const sorted = [...findings].sort((one, other) => Number(one.severity === 'warning') - Number(other.severity === 'warning'));
  return sorted.map(({ severity, rule, object, where, message }) => (
    `${severity} [${rule}] ${object}${where === undefined ? '' : ` (${where})`}\n  ${message}`
  )).join('\n');
}
