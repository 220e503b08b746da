/**
 * Where things stand in the text of a TOML file, so that one array or one block can be changed and every other byte
 * kept. It reads texts that a TOML parser has accepted; it does not judge them.
 */

/** A part of a text: from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A key of the root table with the span of its value. */
export interface RootKey {
  /** Parts of the key: `a.b = 1` has two. */
  readonly path: readonly string[];
  /** Where the key itself begins. */
  readonly start: number;
  readonly value: Span;
}

/** The keys of the root table, in order of the text. */
export function rootKeys(text: string): RootKey[] {
  const keys: RootKey[] = [];
  let at = skipBlank(text, 0);
  while (at < text.length && text[at] !== '[') {
    const start = at;
    const key = readKey(text, at);
    const valueStart = skipSpace(text, key.end + 1);
    const valueEnd = skipValue(text, valueStart);
    keys.push({ path: key.path, start, value: { start: valueStart, end: valueEnd } });
    at = skipBlank(text, valueEnd);
  }
  return keys;
}

/** Where the first key or table header of a text begins; undefined if there is none. */
export function firstStatement(text: string): number | undefined {
  const at = skipBlank(text, 0);
  return at < text.length ? at : undefined;
}

/** The elements of the array whose `[` is at `start`. */
export function arrayElements(text: string, start: number): Span[] {
  const elements: Span[] = [];
  let at = skipBlank(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const end = Math.max(skipValue(text, at), at + 1);
    elements.push({ start: at, end });
    at = skipBlank(text, end);
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return elements;
}

/** Where the line begins in which `at` stands. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the line after the one of `at` begins, or the end of the text. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** The line end that a text uses: that of its first line. */
export function lineEnd(text: string): '\n' | '\r\n' {
  const end = text.indexOf('\n');
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
}

function readKey(text: string, start: number): { path: string[]; end: number } {
  const path: string[] = [];
  let at = start;
  for (;;) {
    const end = text[at] === '"' || text[at] === "'" ? skipString(text, at) : skipWhile(text, at, isBareKey);
    path.push(keyPart(text.slice(at, end)));
    at = skipSpace(text, end);
    if (text[at] !== '.') return { path, end: at };
    at = skipSpace(text, at + 1);
  }
}

function keyPart(raw: string): string {
  if (raw.startsWith("'")) return raw.slice(1, -1);
  if (!raw.startsWith('"')) return raw;
  // TOML's basic strings are JSON's but for two escapes that no key needs.
  return raw.includes('\\U') || raw.includes('\\e') ? raw : String(JSON.parse(raw.replaceAll('\t', '\\t')));
}

/** The end of the value that begins at `start`. */
function skipValue(text: string, start: number): number {
  switch (text[start]) {
    case '"':
    case "'":
      return skipString(text, start);
    case '[':
      return skipArray(text, start);
    case '{':
      return skipInlineTable(text, start);
    default:
      return skipWhile(text, start, isScalar);
  }
}

function skipArray(text: string, start: number): number {
  const last = arrayElements(text, start).at(-1);
  let at = skipBlank(text, last ? last.end : start + 1);
  if (text[at] === ',') at = skipBlank(text, at + 1);
  return at + 1;
}

function skipInlineTable(text: string, start: number): number {
  let at = skipBlank(text, start + 1);
  while (at < text.length && text[at] !== '}') {
    at = skipBlank(text, skipValue(text, skipSpace(text, readKey(text, at).end + 1)));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return at + 1;
}

function skipString(text: string, start: number): number {
  const quote = text[start];
  const long = text.startsWith(quote.repeat(3), start);
  const fence = long ? quote.repeat(3) : quote;
  let at = start + fence.length;
  while (at < text.length && !text.startsWith(fence, at)) at += quote === '"' && text[at] === '\\' ? 2 : 1;
  at += fence.length;
  // A multi-line string may end with one or two quotes of its own before the fence.
  while (long && text[at] === quote) at++;
  return Math.min(at, text.length);
}

/** Past spaces, line ends and comments. */
function skipBlank(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = skipWhile(text, at, (char) => char === ' ' || char === '\t' || char === '\r' || char === '\n' || char === '\ufeff');
    if (text[at] !== '#') return at;
    at = nextLine(text, at);
  }
}

function skipSpace(text: string, start: number): number {
  return skipWhile(text, start, (char) => char === ' ' || char === '\t');
}

function skipWhile(text: string, start: number, accept: (char: string) => boolean): number {
  let at = start;
  while (at < text.length && accept(text[at])) at++;
  return at;
}

function isBareKey(char: string): boolean {
  return /[A-Za-z0-9_-]/.test(char);
}

function isScalar(char: string): boolean {
  return !',]}\r\n#'.includes(char);
}
