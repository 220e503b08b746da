import { printable } from '../../lineup/report/printable';
import type { UnreadText } from '../input/manifest-reader';

/** Longest part of a line that is shown. */
const WIDTH = 100;

/** What could not be read, with the line and a caret below the place of the mistake. */
export function excerpt({ file, line, column, message, text }: UnreadText): string {
  const head = `${printable(file)}${column === undefined ? '' : `:${line}:${column}`}: ${printable(message)}`;
  if (text === undefined || column === undefined) {
    return head;
  }
  const start = Math.max(0, column - 1 - WIDTH / 2);
  const shown = [...text.slice(start, start + WIDTH)].map((character) => (character === '\t' ? ' ' : printable(character))).join('').trimEnd();
  const margin = `${line} | `;
  return `${head}\n  ${margin}${shown}\n  ${' '.repeat(margin.length + column - 1 - start)}^`;
}
