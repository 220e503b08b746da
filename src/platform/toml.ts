/// <reference path="./smol-toml.d.ts" />
import { parse, stringify, type TomlTable } from 'smol-toml';

/** What has been written here, by its text: the check at synth reads the tables that the same synth has rendered. */
const written = new Map<string, TomlTable>();

/** @param numbersAsFloat whether a number is a float also where it is whole; integers are bigint then */
export function writeToml(table: object, options: { readonly numbersAsFloat?: boolean } = {}): string {
  const text = stringify(table as TomlTable, options);
  if (!options.numbersAsFloat) written.set(text, table as TomlTable);
  return text;
}

/** @throws what {@link tomlProblem} puts into words */
export function readToml(text: string): TomlTable {
  return written.get(text) ?? parse(text);
}

/** Integers are bigint and floats number, so that both can be written as they were. */
export function readTomlExactly(text: string): TomlTable {
  return parse(text, { integersAsBigInt: true });
}

/** What the parser has to say against a text, on one line and with the line it means. */
export function tomlProblem(error: unknown): string {
  const { message, line } = error as Error & { line?: number };
  const [first] = message.replace(/^Invalid TOML document: /, '').split('\n');
  return line === undefined ? first : `${first} (line ${line})`;
}
