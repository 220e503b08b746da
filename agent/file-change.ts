/** One file of the host before and after; `undefined` means that the file is not there. */
export interface FileChange {
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
  /** Permission bits of a file that is created; an existing file keeps its own. */
  readonly mode: number;
  /** Folder, on the same file system, in which the file is built until it gets its name; absent: its own. */
  readonly unfinishedIn?: string;
}
