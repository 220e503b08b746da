/** What the installer's drop-in begins with. It has no `version` line: several releases refuse or drop a drop-in with one. */
const HEADER = '# Written by sandbox-runtimes for ';
const ADVICE = '. Changes are overwritten; the installer removes the file again.';

/** The drop-in with the runtime tables of all handlers. */
export function dropInText(tables: readonly string[], owner: string): string {
  return `${HEADER}${owner}${ADVICE}\n\n${tables.map((table) => table.trim()).join('\n\n')}\n`;
}

/** Whose drop-in it is; undefined if no installer wrote it. */
export function dropInOwner(text: string): string | undefined {
  const [line] = text.split('\n', 1);
  return line.startsWith(HEADER) && line.endsWith(ADVICE) ? line.slice(HEADER.length, -ADVICE.length) : undefined;
}

/**
 * The pattern that imports the drop-in and nothing that is there today. A pattern, because containerd does not start
 * if an import without `*` is missing.
 */
export function dropInPattern(dropInFile: string): string {
  return dropInFile.replace(/(\.[^./]*)?$/, '*$1');
}
