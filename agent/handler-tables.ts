import { TableFormat } from '../src/installer/install-plan';

/** What a container runtime is told of one handler: the text of each table, by its format. */
export type HandlerTables = { readonly handler: string } & { readonly [format in TableFormat]?: string };
