import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { InputError } from './input-error';

const EXTENSIONS = ['.json', '.yaml', '.yml'];
/** Folders below a given one in which nobody keeps manifests. */
const SKIPPED_FOLDER = /^(\.|node_modules$)/;
const GLOB = /[*?{[]/;

/**
 * Files that a path stands for: itself, those of a folder with what is below it, or those that a pattern matches
 * (`*`, `?`, `**`, `[a-z]`, `{a,b}`), for shells that leave patterns alone. Links are followed where they lead to a file within the folder:
 * what a repository brings must not name files of the machine that checks it.
 *
 * @param leaveOut told of the templates of a Helm chart within a folder, which are no manifests before they are rendered
 */
export function inputFiles(path: string, leaveOut: (chart: string) => void = () => {}): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat && GLOB.test(path)) {
    return matching(path, leaveOut);
  }
  if (!stat) {
    throw new InputError(`${path} does not exist; name files, folders, or - for standard input`);
  }
  return stat.isDirectory() ? [...filesBelow(path, realpathSync(path), leaveOut)] : [path];
}

function* filesBelow(folder: string, root: string, leaveOut: (chart: string) => void): Generator<string> {
  const entries = entriesOf(folder);
  if (!entries) {
    // Whoever reads it as a file learns why it cannot be read, and the rest is still read.
    yield folder;
    return;
  }
  const isChart = entries.some(({ name }) => name === 'Chart.yaml');
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (isChart && entry.name === 'templates') {
        leaveOut(folder);
      } else if (!SKIPPED_FOLDER.test(entry.name)) {
        yield* filesBelow(path, root, leaveOut);
      }
    } else if (hasExtension(entry.name) && (entry.isFile() || leadsToFileWithin(path, root))) {
      yield path;
    }
  }
}

function hasExtension(name: string): boolean {
  return EXTENSIONS.includes(extname(name).toLowerCase());
}

function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return sorted(readdirSync(folder, { withFileTypes: true }));
  } catch {
    return undefined;
  }
}

/** A mounted ConfigMap's files are links. */
function leadsToFileWithin(path: string, root: string): boolean {
  try {
    const target = realpathSync(path);
    return target.startsWith(root.endsWith(sep) ? root : root + sep) && statSync(target).isFile();
  } catch {
    return false;
  }
}

function sorted(entries: Dirent[]): Dirent[] {
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function matching(pattern: string, leaveOut: (chart: string) => void): string[] {
  const parts = pattern.split('/');
  const fixed = parts.slice(0, parts.findIndex((part) => GLOB.test(part)));
  const base = fixed.join('/') || (pattern.startsWith('/') ? '/' : '.');
  const whole = wholeExpression(fixed.length || pattern.startsWith('/') ? pattern : `./${pattern}`);
  const found = statSync(base, { throwIfNoEntry: false })?.isDirectory()
    ? [...filesBelow(base, realpathSync(base), leaveOut)].filter((file) => whole.test(file) || whole.test(`./${file}`) || !hasExtension(file)) : [];
  if (!found.length) {
    throw new InputError(`no .yaml, .yml or .json file matches ${pattern}; name files, folders, or - for standard input`);
  }
  return found;
}

/** For a whole path. @throws InputError for a range like [z-a] */
function wholeExpression(pattern: string): RegExp {
  try {
    return new RegExp(`^${expression(pattern)}$`);
  } catch {
    throw new InputError(`${pattern} has a range of characters that runs backwards; write the lower one first, as in [a-z]`);
  }
}

/** A pattern as a regular expression. */
function expression(pattern: string): string {
  return pattern.replace(/\*\*\/|\*\*|\*|\?|\{([^{}]*)\}|\[(!?)([^\]/\\]+)\]|[.+^$()|[\]\\{}]/g, (part, alternatives?: string, not?: string, characters?: string) => {
    if (characters !== undefined) {
      return `[${not ? '^/' : ''}${characters.replace(/[[^]/g, '\\$&')}]`;
    }
    if (alternatives !== undefined) {
      return `(?:${alternatives.split(',').map(expression).join('|')})`;
    }
    return { '**/': '(?:[^/]+/)*', '**': '.*', '*': '[^/]*', '?': '[^/]' }[part] ?? `\\${part}`;
  });
}
