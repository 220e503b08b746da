/** A flag as the kubelet reads it, which takes "_" for "-"; with the character that ends it. */
const FLAG = /(?:^|[\s"'=])--([a-z][\w-]*)(?=[\s"'=]|$)/gim;

/** Names of the flags in an environment file of systemd, as they would be written, each once. Comments are none. */
export function flagsIn(text: string): string[] {
  return [...new Set([...withoutComments(text).matchAll(FLAG)].map(([, name]) => `--${name.replaceAll('_', '-')}`))];
}

/** Whether an environment file of systemd sets a variable. */
export function sets(text: string, variable: string): boolean {
  return withoutComments(text).split('\n').some((line) => line.trimStart().startsWith(`${variable}=`));
}

/** A line that ends with a backslash goes on in the next one, unless it is a comment. */
function withoutComments(text: string): string {
  const lines: string[] = [];
  let continued = false;
  for (const line of text.split(/\r?\n/)) {
    if (!continued && /^\s*[#;]/.test(line)) continue;
    const content = line.replace(/\\$/, '');
    lines.push(continued ? `${lines.pop()} ${content}` : content);
    continued = content !== line;
  }
  return lines.join('\n');
}
