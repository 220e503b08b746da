import { parseToml } from './toml';
import { arrayElements, firstStatement, lineEnd, lineStart, nextLine, rootKeys, Span } from './toml-layout';

/**
 * The one edit of a main file's `imports`. The entry is a pattern that only the installer's drop-in matches: it loads
 * nothing else, and containerd still starts if the drop-in has gone (a plain path to a missing file stops it).
 *
 * The entry goes to the front of an existing array, from where it can be taken out again without a trace. Where there
 * is no array, a line with its own mark comes before the first statement.
 */
const MARK = '# added by sandbox-runtimes for ';

/** The text whose `imports` has the entry in front. */
export function addImport(text: string, entry: string, owner: string): string {
  const array = importsArray(text);
  const quoted = JSON.stringify(entry);
  if (array) {
    const inside = array.start + 1;
    return `${text.slice(0, inside)}${quoted}${arrayElements(text, array.start).length ? ', ' : ''}${text.slice(inside)}`;
  }
  const at = lineStart(text, firstStatement(text) ?? 0);
  return `${text.slice(0, at)}imports = [${quoted}] ${MARK}${owner}${lineEnd(text)}${text.slice(at)}`;
}

/** The text without the entry, and without the line that {@link addImport} made if nothing else is in it. */
export function removeImport(text: string, entry: string): string {
  const array = importsArray(text);
  if (!array) return text;
  const elements = arrayElements(text, array.start);
  const index = elements.findIndex((element) => stringAt(text, element) === entry);
  if (index < 0) return text;

  const line = text.slice(lineStart(text, array.start), nextLine(text, array.start));
  if (elements.length === 1 && line.startsWith(`imports = [${JSON.stringify(entry)}] ${MARK}`)) {
    return text.slice(0, lineStart(text, array.start)) + text.slice(nextLine(text, array.start));
  }
  const { start, end } = elements[index];
  if (index > 0) return text.slice(0, elements[index - 1].end) + text.slice(end);
  const comma = elements.length > 1 || /^\s*,/.test(text.slice(end)) ? /^\s*, ?/.exec(text.slice(end)) : null;
  return text.slice(0, start) + text.slice(end + (comma ? comma[0].length : 0));
}

/** Where the array of the root key `imports` stands; undefined if the file has none. */
export function importsArray(text: string): Span | undefined {
  const key = rootKeys(text).find(({ path }) => path.length === 1 && path[0] === 'imports');
  return key && text[key.value.start] === '[' ? key.value : undefined;
}

function stringAt(text: string, span: Span): unknown {
  return parseToml(`value = ${text.slice(span.start, span.end)}`).value;
}
