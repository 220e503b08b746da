/** What the TOML parser has to say against a text, on one line and with the line it means. */
export function tomlProblem(error: unknown): string {
  const { message, line } = error as Error & { line?: number };
  const [first] = message.replace(/^Invalid TOML document: /, '').split('\n');
  return line === undefined ? first : `${first} (line ${line})`;
}
