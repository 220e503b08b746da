import { printable } from '../../lineup/report/printable';
import type { UpgradeDiff } from '../commands/diff';

/** A table for a terminal: columns as wide as their widest cell, the last one as it is. */
export function columns(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const all = [head.map((name) => name.toUpperCase()), ...rows.map((row) => row.map(printable))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => row.map((cell, column) => (column < head.length - 1 ? cell.padEnd(widths[column]) : cell)).join('  ').trimEnd()).join('\n');
}

export function diffText({ nodes, classes, workloads }: UpgradeDiff): string {
  const parts = [
    ...nodes.map(({ installer, change, files, restart, rollout }) => [
      `On each node of ${installer} (${change}):`,
      ...files.map((file) => `  ${file}`),
      `  restart: ${restart}`,
      `  rollout: ${rollout}`,
    ].map(printable).join('\n')),
    ...[['RuntimeClasses:', classes] as const, ['Workloads:', workloads] as const].filter(([, changes]) => changes.length).map(([head, changes]) => (
      [head, ...changes.map(({ object, change }) => `  ${printable(`${object} ${change}`)}`)].join('\n')
    )),
  ];
  return `${parts.join('\n\n') || 'Nothing changes on nodes, in RuntimeClasses or in sandboxed workloads.'}\n`;
}
