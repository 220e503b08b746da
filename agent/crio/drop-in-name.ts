const PREFIX = '99-sandbox-runtimes-';

/** Name of a handler's drop-in: after the files that distributions and other installers have there. */
export function dropInName(handler: string): string {
  return `${PREFIX}${handler}`;
}

/** Whether a file of the folder would be ours by its name. */
export function isDropInName(name: string): boolean {
  return name.startsWith(PREFIX);
}
