/** Line ends in a text. */
export function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}

/** Characters between the begin of a line and a position in it. */
export function columnsBefore(text: string, position: number): number {
  return position === 0 ? 0 : position - 1 - text.lastIndexOf('\n', position - 1);
}
