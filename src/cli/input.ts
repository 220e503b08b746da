import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { isRecord, unfold, type Manifest } from '../lineup/manifest';

/** What was given cannot be read; the message says which file and line, and what is wrong. */
export class InputError extends Error {}

/** A Kubernetes object and where it stands. */
export interface ReadManifest {
  readonly manifest: Manifest;
  /** `file:line` of its document. */
  readonly where: string;
}

const EXTENSIONS = ['.json', '.yaml', '.yml'];
/** Folders below a given one in which nobody keeps manifests. */
const SKIPPED_FOLDER = /^(\.|node_modules$)/;

/** Every Kubernetes object in files, folders (with what is below them) and, for `-`, standard input. */
export function* readManifests(paths: readonly string[], standardInput: () => string): Generator<ReadManifest> {
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === '-') {
      yield* parseManifests('standard input', standardInput());
      continue;
    }
    for (const file of filesOf(path)) {
      const real = realpathSync(file);
      if (!seen.has(real)) {
        seen.add(real);
        yield* parseManifests(file, readFileSync(file, 'utf8'));
      }
    }
  }
}

function filesOf(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    throw new InputError(`${path} does not exist; name files, folders, or - for standard input`);
  }
  if (!stat.isDirectory()) {
    return [path];
  }
  return readdirSync(path, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1)).flatMap((entry) => {
    const child = join(path, entry.name);
    if (entry.isDirectory()) {
      return SKIPPED_FOLDER.test(entry.name) ? [] : filesOf(child);
    }
    // A mounted ConfigMap's files are links.
    return EXTENSIONS.includes(extname(entry.name)) && statSync(child, { throwIfNoEntry: false })?.isFile() ? [child] : [];
  });
}

function* parseManifests(file: string, text: string): Generator<ReadManifest> {
  const json = parseJson(text);
  if (json !== undefined) {
    yield* kubernetesObjects(json, `${file}:1`);
    return;
  }
  const lineCounter = new LineCounter();
  for (const document of parseAllDocuments(text, { lineCounter, merge: true, prettyErrors: false, logLevel: 'error' })) {
    const [error] = document.errors;
    if (error) {
      const hint = error.code === 'DUPLICATE_KEY' ? '; a line "---" belongs between two documents' : '';
      throw new InputError(`${file}:${lineCounter.linePos(error.pos[0]).line}: ${error.message}${hint}`);
    }
    const line = lineCounter.linePos(document.contents?.range?.[0] ?? document.range[0]).line;
    yield* kubernetesObjects(plainValue(document, `${file}:${line}`), `${file}:${line}`);
  }
}

/** Aliases are resolved here, and the parser refuses those that explode. */
function plainValue(document: Document.Parsed, where: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new InputError(`${where}: ${(error as Error).message}`);
  }
}

/** The value, if the text is JSON: kubectl's lists are long, and JSON is read many times faster as what it is. */
function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    // It may be YAML in flow style; if not, the YAML parser knows the line.
    return undefined;
  }
}

function* kubernetesObjects(value: unknown, where: string): Generator<ReadManifest> {
  for (const manifest of unfold(Array.isArray(value) ? value : [value])) {
    if (isRecord(manifest) && typeof manifest.apiVersion === 'string' && typeof manifest.kind === 'string') {
      yield { manifest, where };
    }
  }
}
