/** Where a member of a JSON object stands in its text. */
export interface MemberSpan {
  readonly key: string;
  /** From the first quote of the key. */
  readonly start: number;
  readonly value: { readonly start: number; readonly end: number };
}

/** Where an object stands in its text; `open` and `close` are its braces. */
export interface ObjectSpan {
  readonly open: number;
  readonly close: number;
  readonly members: readonly MemberSpan[];
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[^\s,\]}]+/y;

/** The object that begins at an offset, or after white space there. The text has to be JSON. */
export function objectAt(text: string, offset: number): ObjectSpan {
  const open = skipSpace(text, offset);
  if (text[open] !== '{') throw new Error(`there is no object at offset ${open}`);
  const members: MemberSpan[] = [];
  for (let at = skipSpace(text, open + 1); text[at] !== '}';) {
    const keyEnd = match(STRING, text, at);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)) as string, start: at, value: { start, end } });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  const last = members.at(-1)?.value.end ?? open + 1;
  return { open, close: skipSpace(text, last), members };
}

/** A key that stands twice in an object, wherever that is in the text; Docker reads one of them, and others may read the other one. */
export function duplicateKey(text: string): string | undefined {
  for (let at = skipSpace(text, 0); at < text.length;) {
    if (text[at] === '"') {
      at = match(STRING, text, at);
      continue;
    }
    if (text[at] === '{') {
      const keys = objectAt(text, at).members.map(({ key }) => key);
      const duplicate = keys.find((key, index) => keys.indexOf(key) !== index);
      if (duplicate !== undefined) return duplicate;
    }
    at++;
  }
  return undefined;
}

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return match(STRING, text, start);
  if (text[start] !== '{' && text[start] !== '[') return match(SCALAR, text, start);
  let depth = 0;
  for (let at = start; ;) {
    if (text[at] === '"') {
      at = match(STRING, text, at);
      continue;
    }
    if (text[at] === '{' || text[at] === '[') depth++;
    if (text[at] === '}' || text[at] === ']') depth--;
    at++;
    if (depth === 0) return at;
  }
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw new Error(`the text is not JSON at offset ${at}`);
  return pattern.lastIndex;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (' \t\r\n'.includes(text[at] ?? 'end')) at++;
  return at;
}
