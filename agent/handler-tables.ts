import { TableFormat } from '../src/installer/install-plan';

/** What a container runtime is told of one handler: the text of each table, by its format. */
export type HandlerTables = { readonly handler: string } & { readonly [format in TableFormat]?: string };

/** What it is to have of one handler. */
export type WantedTables = HandlerTables & {
  /** It is installed and stays as it is, whatever others have made of it since: nothing else is to fail because of it. */
  readonly kept?: boolean;
};
