import { counted, type CheckReport } from '../check-report';

const FORMAT_VERSION = 1;

/** For programs. Members may be added in later versions, none is taken away or changes its meaning. */
export function json(report: CheckReport): string {
  const { findings, unread, chains, objects, files } = report;
  const severities = counted(report).map(({ severity }) => severity);
  const errors = severities.filter((severity) => severity === 'error').length;
  return `${JSON.stringify({
    formatVersion: FORMAT_VERSION,
    summary: {
      files,
      objects,
      chains: chains.length,
      errors,
      warnings: severities.length - errors,
      ignored: findings.length - severities.length,
      unread: unread.length,
    },
    findings: findings.map(({ place, ...finding }) => ({ ...finding, file: place?.file, line: place?.line, column: place?.column })),
    unread: unread.map(({ file, line, column, message }) => ({ file, line, column, message })),
    chains,
  }, undefined, 2)}\n`;
}

/** Nothing could be judged. */
export function failedJson(error: string): string {
  return `${JSON.stringify({ formatVersion: FORMAT_VERSION, error }, undefined, 2)}\n`;
}
