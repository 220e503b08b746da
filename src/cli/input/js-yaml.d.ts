// The package brings no types.
declare module 'js-yaml' {
  /** Where the parser stands. Lines and positions count from 0. */
  export interface State {
    readonly depth: number;
    readonly line: number;
    readonly position: number;
    /** The node's value, once it is closed. */
    readonly result: unknown;
  }
  export interface Mark { readonly line: number; readonly column: number; readonly position: number }
  export class YAMLException extends Error {
    public readonly reason: string;
    public readonly mark?: Mark;
  }
  export class Type {
    readonly tag: string;
    constructor(tag: string, options: {
      readonly kind: 'scalar' | 'sequence' | 'mapping';
      /** Whether the tag is what others begin with. */
      readonly multi?: boolean;
      resolve?(text: string): boolean;
      construct?(text: string): unknown;
    });
  }
  export class Schema {
    public extend(types: { readonly implicit?: readonly Type[]; readonly explicit?: readonly Type[] }): Schema;
  }
  export interface LoadOptions {
    readonly schema?: Schema;
    readonly maxDepth?: number;
    readonly listener?: (event: 'open' | 'close', state: State) => void;
  }
  export const CORE_SCHEMA: Schema;
  export const types: { readonly [name: string]: Type };
  export function loadAll(text: string, iterator: null, options?: LoadOptions): unknown[];
}
