import { printable } from './printable';
import { HANDLER_LABEL_PREFIX } from '../../installer/handler-label';
import { HOST_LAYOUT } from '../../installer/host-layout';
import { OS_LABEL } from '../../platform/os-label';
import type { Chain } from '../chain';

/** What is drawn beside the chains. */
export interface PictureOptions {
  readonly title: string;
  /** One line below the title. */
  readonly subtitle: string;
  /** Objects, as chains call them, that have errors. */
  readonly broken: ReadonlySet<string>;
}

interface Box {
  readonly id: string;
  readonly column: number;
  readonly title: string;
  readonly lines: readonly string[];
  readonly broken: boolean;
  /** Colour of its chain. */
  readonly hue: string;
  y: number;
}

interface Edge { readonly from: string; readonly to: string; readonly broken: boolean; readonly hue: string }

const COLUMNS = [
  { head: 'Workloads', x: 28, width: 270 },
  { head: 'RuntimeClass', x: 372, width: 180 },
  { head: 'Handler', x: 626, width: 250 },
  { head: 'Nodes', x: 950, width: 262 },
];
const WIDTH = 1240;
const TOP = 132;
const GAP = 18;
const ROW = 17;
/** Workloads of a class that are drawn by name. */
const LISTED = 12;
/** Colours that are told apart also by those who do not see red and green alike. */
const HUES = ['#0072b2', '#009e73', '#a0569a', '#b8720a', '#3d5a80', '#56746d'];
const RED = '#c0392b';
const NOTHING = '(nothing)';

/** The chains as one self-contained SVG: from workloads by class and handler to the nodes. */
export function svg(chains: readonly Chain[], { title, subtitle, broken }: PictureOptions): string {
  const { boxes, edges } = picture(chains, broken);
  place(boxes, edges);
  const height = Math.max(...[...boxes.values()].map((box) => box.y + heightOf(box)), TOP) + 28;
  const drawn = [
    ...edges.map((edge) => line(edge, boxes)),
    ...[...boxes.values()].map(drawBox),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(`${title}: ${subtitle}`)}">
<style>
  text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #22303c }
  .title { font-size: 20px; font-weight: 600 } .sub { fill: #5b6b79 } .head { font-size: 11px; letter-spacing: .09em; fill: #5b6b79; font-weight: 600 }
  .name { font-size: 13px; font-weight: 600 } .mono { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 11px; fill: #40505e }
</style>
<rect width="${WIDTH}" height="${height}" rx="12" fill="#ffffff" stroke="#d8e0e6"/>
<text class="title" x="28" y="44">${escaped(title)}</text>
<text class="sub" x="28" y="67"${broken.size ? ` style="fill:${RED}"` : ''}>${escaped(subtitle)}</text>
${COLUMNS.map(({ head, x }) => `<text class="head" x="${x}" y="${TOP - 22}">${head.toUpperCase()}</text>`).join('\n')}
${drawn.join('\n')}
</svg>
`;
}

function picture(chains: readonly Chain[], brokenObjects: ReadonlySet<string>) {
  const boxes = new Map<string, Box>();
  const edges: Edge[] = [];
  const add = (box: Omit<Box, 'y'>) => {
    const known = boxes.get(box.id);
    if (!known) {
      boxes.set(box.id, { ...box, y: 0 });
    }
    return box.id;
  };
  const names = [...new Set(chains.map(({ runtimeClassName }) => runtimeClassName))];
  for (const chain of chains) {
    const { pods, runtimeClassName, external, handler, installer, otherInstaller, shim, nodeLabels, pool } = chain;
    const hue = HUES[names.indexOf(runtimeClassName) % HUES.length];
    const missing = !external && handler === undefined;
    const classId = add({
      id: `class ${runtimeClassName}`,
      column: 1,
      title: runtimeClassName,
      lines: [external ? 'external, not judged' : missing ? 'there is no such class' : nodesOf(nodeLabels)],
      broken: missing || brokenObjects.has(`RuntimeClass ${runtimeClassName}`),
      hue,
    });
    const isBroken = pods.some((pod) => brokenObjects.has(pod));
    const listed = pods.slice(0, LISTED).map((pod) => (brokenObjects.has(pod) ? `! ${pod}` : pod));
    const workloads = add({
      id: `pods ${runtimeClassName}`,
      column: 0,
      title: pods.length ? `${pods.length} workload${pods.length > 1 ? 's' : ''}` : 'no workload yet',
      lines: [...listed, ...(pods.length > LISTED ? [`and ${pods.length - LISTED} more`] : [])],
      broken: isBroken,
      hue,
    });
    edges.push({ from: workloads, to: classId, broken: missing, hue });
    if (external || handler === undefined) {
      continue;
    }
    const handlerId = add({
      id: `handler ${handler}`, column: 2, title: handler, lines: shim === undefined ? [] : [releaseOf(shim)], broken: false, hue,
    });
    edges.push({ from: classId, to: handlerId, broken: false, hue });
    const who = installer ?? otherInstaller ?? NOTHING;
    const nodes = add({
      id: `nodes ${who}`,
      column: 3,
      title: who === NOTHING ? 'nothing here installs it' : pool?.filter((label) => !label.startsWith(`${OS_LABEL}=`)).join(', ') || (installer ? 'every Linux node' : 'its own nodes'),
      lines: who === NOTHING ? [] : [`by ${who}`],
      broken: who === NOTHING || brokenObjects.has(`DaemonSet ${who}`),
      hue: '#40505e',
    });
    edges.push({ from: handlerId, to: nodes, broken: who === NOTHING, hue });
  }
  return { boxes, edges: [...new Map(edges.map((edge) => [`${edge.from}>${edge.to}`, edge])).values()] };
}

/** Which nodes a class selects, in a few words. */
function nodesOf(labels: readonly string[]): string {
  if (labels.some((label) => label.startsWith(HANDLER_LABEL_PREFIX) && label.endsWith('=ready'))) {
    return 'only proven nodes';
  }
  return labels.length ? labels.join(', ') : 'every node';
}

/** Runtime and release of a shim that lies in the folder of its release, else its path. */
function releaseOf(shim: string): string {
  return shim.startsWith(`${HOST_LAYOUT.opt}/`) ? shim.slice(HOST_LAYOUT.opt.length + 1).split('/').slice(0, 2).join(' ') : shim;
}

/** Each box beside what leads to it, from left to right, and none over another. */
function place(boxes: ReadonlyMap<string, Box>, edges: readonly Edge[]): void {
  for (const column of COLUMNS.keys()) {
    const own = [...boxes.values()].filter((box) => box.column === column);
    for (const box of own) {
      const from = edges.filter(({ to }) => to === box.id).map((edge) => boxes.get(edge.from)!);
      box.y = from.length ? from.reduce((sum, source) => sum + middle(source), 0) / from.length - heightOf(box) / 2 : 0;
    }
    let bottom = TOP;
    for (const box of own.sort((one, other) => one.y - other.y)) {
      box.y = Math.round(Math.max(box.y, bottom));
      bottom = box.y + heightOf(box) + GAP;
    }
  }
}

function heightOf({ lines }: Box): number {
  return 34 + (lines.length ? lines.length * ROW + 4 : 0);
}

function middle(box: Box): number {
  return box.y + heightOf(box) / 2;
}

function drawBox(box: Box): string {
  const { x, width } = COLUMNS[box.column];
  const { y, title, lines, broken, hue } = box;
  const room = Math.floor((width - 26) / 6.7);
  const rows = lines.map((text, index) => `<text class="mono" x="${x + 16}" y="${y + 41 + index * ROW}"${text.startsWith('! ') ? ` style="fill:${RED}"` : ''}>${escaped(shortened(text, room))}</text>`);
  return [
    `<g><title>${escaped([title, ...lines].join('\n'))}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${heightOf(box)}" rx="8" fill="#f7fafc" stroke="${broken ? RED : '#d8e0e6'}"${broken ? ' stroke-width="2"' : ''}/>`,
    `<path d="M${x + 5} ${y + 8}v${heightOf(box) - 16}" stroke="${broken ? RED : hue}" stroke-width="4" stroke-linecap="round"/>`,
    `<text class="name" x="${x + 16}" y="${y + 22}">${escaped(shortened(title, room - 2))}</text>`,
    ...rows,
    '</g>',
  ].join('');
}

function line({ from, to, broken, hue }: Edge, boxes: ReadonlyMap<string, Box>): string {
  const [source, target] = [boxes.get(from)!, boxes.get(to)!];
  const start = COLUMNS[source.column].x + COLUMNS[source.column].width;
  const end = COLUMNS[target.column].x;
  const bend = (end - start) / 2;
  const [y1, y2] = [middle(source), middle(target)];
  return `<path d="M${start} ${y1}C${start + bend} ${y1} ${end - bend} ${y2} ${end - 7} ${y2}" fill="none" stroke="${broken ? RED : hue}" stroke-width="2"`
    + `${broken ? ' stroke-dasharray="5 4"' : ' stroke-opacity=".75"'}/><path d="M${end - 8} ${y2 - 4}l7 4-7 4z" fill="${broken ? RED : hue}"/>`;
}

function shortened(text: string, room: number): string {
  const characters = [...printable(text)];
  const kept = Math.floor((room - 1) / 2);
  return characters.length <= room ? characters.join('') : `${characters.slice(0, kept).join('')}…${characters.slice(-kept).join('')}`;
}

function escaped(text: string): string {
  return text.split('\n').map((part) => printable(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)).join('\n');
}
