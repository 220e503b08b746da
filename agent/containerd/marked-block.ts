import { Refusal } from '../refusal';
import { lineEnd, lineStart, nextLine } from './toml-layout';

/**
 * The one block that the installer appends to somebody's file:
 *
 *     # BEGIN sandbox-runtimes <owner>
 *     ...
 *     # END sandbox-runtimes
 *
 * A file without a final line end needs one before the block; the marker remembers that, so that taking the block
 * back gives the file's exact bytes.
 */
const BEGIN = '# BEGIN sandbox-runtimes ';
const END = '# END sandbox-runtimes';
const ENDED_OPEN = ' (the line before had no end)';

/** The text with the block at its end, in the line ends of the text. */
export function appendBlock(text: string, body: string, owner: string): string {
  const eol = lineEnd(text);
  const open = text !== '' && !text.endsWith('\n');
  const lines = [`${BEGIN}${owner}${open ? ENDED_OPEN : ''}`, ...body.trimEnd().split(/\r?\n/), END, ''];
  return `${text}${open ? eol : ''}${lines.join(eol)}`;
}

/** The text without the block; the same text if it has none. */
export function removeBlock(text: string, path: string): string {
  const begin = findLine(text, BEGIN, 0);
  if (begin === undefined) return text;
  const end = findLine(text, END, begin);
  if (end === undefined || findLine(text, BEGIN, begin + 1) !== undefined) {
    throw new Refusal(`${path}: the markers "${BEGIN.trim()}" and "${END}" do not come in one pair; `
      + 'remove both and the tables between them by hand');
  }
  const after = text.slice(nextLine(text, end));
  const open = after === '' && markerLine(text, begin).endsWith(ENDED_OPEN);
  return text.slice(0, open ? begin - lineEnd(text).length : begin) + after;
}

/** Who added the block; undefined if there is none. */
export function blockOwner(text: string): string | undefined {
  const begin = findLine(text, BEGIN, 0);
  return begin === undefined ? undefined : markerLine(text, begin).slice(BEGIN.length).replace(ENDED_OPEN, '');
}

/** The lines between the markers; undefined if there is no block. */
export function blockBody(text: string): string | undefined {
  const begin = findLine(text, BEGIN, 0);
  const end = begin === undefined ? undefined : findLine(text, END, begin);
  return begin === undefined || end === undefined ? undefined : text.slice(nextLine(text, begin), end);
}

function findLine(text: string, prefix: string, from: number): number | undefined {
  for (let at = text.indexOf(prefix, from); at >= 0; at = text.indexOf(prefix, at + 1)) {
    if (lineStart(text, at) === at) return at;
  }
  return undefined;
}

function markerLine(text: string, start: number): string {
  return text.slice(start, nextLine(text, start)).trimEnd();
}
