import { printable } from './printable';
import type { Chain } from '../chain';

/** Objects that are listed by name before the rest is only counted. */
const LISTED_PODS = 10;

/**
 * The chains, one below the other and each from the Pod down to its nodes. The links stand below instead of beside
 * each other because paths and labels are long: seven of them do not fit into a line of a terminal.
 */
export function chainTable(chains: readonly Chain[]): string {
  const blocks = chains.map((chain) => {
    const rows = links(chain);
    const width = Math.max(...rows.map(([link]) => link.length));
    return rows.map(([link, value]) => `${link.padEnd(width)}  ${printable(value)}`).join('\n');
  });
  return blocks.join('\n\n');
}

function links(chain: Chain): Array<[string, string]> {
  const { pods, runtimeClassName, external, handler, installer, otherInstaller, tables, shim, configFile, nodeLabels } = chain;
  const rest = pods.length - LISTED_PODS;
  const users = [...pods.slice(0, LISTED_PODS), ...(rest > 0 ? [`and ${rest} more`] : [])];
  const named: Array<[string, string]> = [
    ...several('Pod', users, '(none)'),
    ['-> RuntimeClass', external ? `${runtimeClassName} (external: what follows is not judged)` : runtimeClassName],
  ];
  if (external) {
    return named;
  }
  if (handler === undefined) {
    return [...named, ['-> handler', '(no such RuntimeClass)']];
  }
  const labels = several('-> node label', nodeLabels, '(none: every node)');
  if (otherInstaller !== undefined) {
    return [...named, ['-> handler', `${handler}, installed by ${otherInstaller}`], ...labels];
  }
  return [
    ...named,
    ['-> handler', `${handler}${installer ? `, installed by ${installer}` : ''}`],
    ...several('-> runtime table', tables, '(none here)'),
    ['-> shim', shim ?? '(none here)'],
    ['-> configuration file', configFile ?? '(none here)'],
    ...labels,
  ];
}

function several(link: string, values: readonly string[], none: string): Array<[string, string]> {
  return (values.length ? values : [none]).map((value, position) => [position ? '' : link, value]);
}
