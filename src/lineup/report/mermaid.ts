import { printable } from './printable';
import type { Chain } from '../chain';

/** Objects of a class that a picture names before it only counts. */
const LISTED = 6;

/** The chains as a Mermaid flow chart, which code forges draw in Markdown. */
export function mermaid(chains: readonly Chain[]): string {
  const lines = ['flowchart LR'];
  const nodes = new Map<string, string>();
  const edges = new Set<string>();
  const node = (kind: string, text: string, open = '[', close = ']', style?: string) => {
    const key = `${kind} ${text}`;
    let id = nodes.get(key);
    if (id === undefined) {
      id = `${kind}${nodes.size}`;
      nodes.set(key, id);
      lines.push(`  ${id}${open}"${escaped(text)}"${close}${style ? `:::${style}` : ''}`);
    }
    return id;
  };
  const edge = (from: string, to: string) => edges.add(`  ${from} --> ${to}`);
  for (const { pods, runtimeClassName, external, handler, installer, otherInstaller, tables, shim, pool } of chains) {
    const known = external || handler !== undefined;
    const runtimeClass = node('class', `RuntimeClass\n${runtimeClassName}${external ? '\n(external)' : ''}`, '[', ']', known ? undefined : 'broken');
    if (pods.length) {
      const listed = pods.slice(0, LISTED).join('\n') + (pods.length > LISTED ? `\nand ${pods.length - LISTED} more` : '');
      edge(node('pods', listed), runtimeClass);
    }
    if (external) {
      continue;
    }
    if (handler === undefined) {
      edge(runtimeClass, node('missing', `no RuntimeClass ${runtimeClassName}`, '{{', '}}', 'broken'));
      continue;
    }
    const runtime = node('handler', `handler\n${handler}`);
    edge(runtimeClass, runtime);
    if (installer === undefined) {
      edge(runtime, otherInstaller === undefined ? node('missing', `nothing here installs ${handler}`, '{{', '}}', 'broken') : node('other', otherInstaller));
      continue;
    }
    const program = node('shim', `${tables.length ? 'shim' : 'no runtime table'}\n${shim ?? '(none)'}`, '[', ']', shim === undefined ? 'broken' : undefined);
    edge(runtime, program);
    edge(program, node('pool', `nodes of ${installer}\n${pool?.join('\n') || 'all'}`, '([', '])'));
  }
  return [...lines, ...edges, '  classDef broken stroke:#c0392b,stroke-width:2px,stroke-dasharray:5', ''].join('\n');
}

function escaped(text: string): string {
  return text.split('\n').map((line) => printable(line).replace(/[&"<>#;\\`]/g, (character) => `#${character.charCodeAt(0)};`)).join('<br/>');
}
