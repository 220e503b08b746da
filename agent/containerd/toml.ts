/// <reference path="../../src/platform/smol-toml.d.ts" />
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify, TomlTable, TomlValue } from 'smol-toml';

/** A parsed TOML table. Integers are bigint and floats number, so that `1` and `1.0` stay different things. */
export type Table = TomlTable;

/** Parses TOML; integers beyond 2^53 keep their value. */
export function parseToml(text: string): Table {
  return parse(text, { integersAsBigInt: true });
}

/** Writes a table that {@link parseToml} read, with the same types. Not for somebody's file: comments are lost. */
export function writeToml(table: Table): string {
  return stringify(table, { numbersAsFloat: true });
}

export function isTable(value: TomlValue | undefined): value is Table {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

/** The value below a path of keys, if all tables on the way exist. */
export function valueAt(table: Table, path: readonly string[]): TomlValue | undefined {
  let value: TomlValue | undefined = table;
  for (const key of path) {
    if (!isTable(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** The table below a path of keys; undefined where there is none or something else. */
export function tableAt(table: Table, path: readonly string[]): Table | undefined {
  const value = valueAt(table, path);
  return isTable(value) ? value : undefined;
}

/** Both tables in one: tables are merged key by key, any other value of `over` replaces that of `base`. */
export function merged(base: Table, over: Table): Table {
  const result: Table = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    result[key] = isTable(old) && isTable(value) ? merged(old, value) : value;
  }
  return result;
}

/** Whether two values mean the same; the order of keys does not matter. */
export function sameMeaning(a: TomlValue | undefined, b: TomlValue | undefined): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** Without the null prototypes of parsed tables, which a strict comparison would tell from the ones that were merged. */
function plain(value: TomlValue | undefined): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
