/// <reference path="./smol-toml.d.ts" />
export { parse, stringify } from 'smol-toml';

/** What the parser has to say against a text, on one line and with the line it means. */
export function problem(error: unknown): string {
  const { message, line } = error as Error & { line?: number };
  const [first] = message.replace(/^Invalid TOML document: /, '').split('\n');
  return line === undefined ? first : `${first} (line ${line})`;
}
