import { counted, type CheckReport } from '../check-report';

/** For programs. Members may be added in later versions, none is taken away or changes its meaning. */
export function json(report: CheckReport): string {
  const { findings, unread, chains, objects, files } = report;
  const severities = counted(report).map(({ severity }) => severity);
  const errors = severities.filter((severity) => severity === 'error').length;
  return `${JSON.stringify({
    formatVersion: 1,
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
