// The package's own types declare an ES module although it also has a CommonJS build, which is what is loaded here.
declare module 'smol-toml' {
  export type TomlValue = string | number | bigint | boolean | Date | TomlValue[] | TomlTable;
  export interface TomlTable { [key: string]: TomlValue }
  export function parse(toml: string, options?: { integersAsBigInt?: boolean }): TomlTable;
  export function stringify(table: TomlTable, options?: { numbersAsFloat?: boolean }): string;
}
