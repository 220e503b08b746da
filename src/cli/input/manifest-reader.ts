import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { decoded } from './decoded';
import { DocumentPlaces } from './document-places';
import { inputFiles } from './input-files';
import { MAX_DEPTH, readYaml, type TextDocument } from './yaml-text';
import { alwaysText, mayHideText } from '../../lineup/always-text';
import type { FieldPath } from '../../lineup/field-path';
import { unfoldWithPaths, type Manifest } from '../../lineup/manifest';

/** Where an object, or a field of it, stands. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; absent where the line as a whole is meant. */
  readonly column?: number;
}

/** A text, or a part of one, that could not be read. */
export interface UnreadText extends Place {
  readonly message: string;
  /** The line with the mistake. */
  readonly text?: string;
}

/** What is read at once has to fit into memory several times. */
export const MAX_BYTES = 256 * 1024 * 1024;
const KUSTOMIZATION = /^kustomization\.ya?ml$/;
export const STANDARD_INPUT = 'standard input';

/**
 * Reads the Kubernetes objects of files, folders, patterns and (for `-`) standard input. Nothing is kept of objects
 * that their reader does not keep.
 */
export class ManifestReader {
  /** Grows while the manifests are read. */
  public readonly unread: UnreadText[] = [];
  public objects = 0;
  public files = 0;
  /** Files that say how Kustomize changes others. */
  public readonly kustomizations: string[] = [];

  private readonly places = new WeakMap<Manifest, (field: FieldPath) => Place>();

  constructor(
    private readonly paths: readonly string[],
    private readonly standardInput: () => string,
    private readonly progress: (done: number, all: number) => void = () => {},
    private readonly leaveOut: (chart: string) => void = () => {},
  ) {}

  /** What was to be read, for messages. */
  public get description(): string {
    return this.paths.map((path) => (path === '-' ? STANDARD_INPUT : path)).join(', ');
  }

  public *manifests(): Generator<Manifest> {
    const seen = new Set<string>();
    const inputs = this.paths.flatMap((path) => (path === '-' ? [path] : inputFiles(path, this.leaveOut)));
    for (const [position, file] of inputs.entries()) {
      this.progress(position, inputs.length);
      if (file === '-') {
        yield* this.objectsOf(STANDARD_INPUT, this.standardInput);
        continue;
      }
      const real = realpathSync(file);
      if (!seen.has(real)) {
        seen.add(real);
        if (KUSTOMIZATION.test(basename(file))) {
          this.kustomizations.push(file);
        }
        yield* this.objectsOf(file, () => readFile(file));
      }
    }
  }

  /** @param field where in the manifest; if it is not there, where the innermost field around it is */
  public placeOf(manifest: Manifest, field: FieldPath = []): Place | undefined {
    return this.places.get(manifest)?.(field);
  }

  private *objectsOf(file: string, read: () => string): Generator<Manifest> {
    this.files++;
    let text: string;
    try {
      text = read();
    } catch (error) {
      this.unread.push({ file, line: 1, message: (error as Error).message });
      return;
    }
    const json = parseJson(text);
    if (json !== undefined) {
      yield* this.objectsIn(alwaysText(json, text), { file, line: 1 }, () => text);
      return;
    }
    const { documents, problems } = jsonStream(text) ?? readYaml(text);
    const isOdd = mayHideText(text);
    for (const document of documents) {
      yield* this.objectsIn(isOdd ? alwaysText(document.value, document.text()) : document.value, { file, line: document.line }, document.text);
    }
    this.unread.push(...problems.map((problem) => ({ file, ...problem })));
  }

  private *objectsIn(value: unknown, place: Place, text: () => string): Generator<Manifest> {
    const places = new DocumentPlaces(text);
    for (const { object, path } of unfoldWithPaths(value)) {
      if (typeof object.apiVersion === 'string' && typeof object.kind === 'string') {
        this.objects++;
        this.places.set(object, (field) => {
          const { line, column } = places.of(path, field);
          return { ...place, line: place.line + line - 1, ...(column === undefined ? {} : { column }) };
        });
        yield object;
      }
    }
  }
}

function readFile(file: string): string {
  const { size } = statSync(file);
  if (size > MAX_BYTES) {
    throw new Error(`it has ${Math.round(size / 1024 / 1024)} MiB, and at most ${MAX_BYTES / 1024 / 1024} are read at once; split it`);
  }
  return decoded(readFileSync(file));
}

/** The value, if the text is JSON: kubectl's lists are long, and JSON is read many times faster as what it is. */
function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isDeeperThan(value, MAX_DEPTH) ? undefined : value;
  } catch {
    // It may be YAML in flow style; if not, the YAML parser knows the line.
    return undefined;
  }
}

/** Objects that stand one after the other, as jq prints them and kubectl takes them. */
function jsonStream(text: string): { readonly documents: readonly TextDocument[]; readonly problems: readonly [] } | undefined {
  const parts = /^\s*\{/.test(text) ? text.split(/(?<=\}[ \t\r]*\n)(?=\{)/) : [];
  if (parts.length < 2) {
    return undefined;
  }
  const documents: TextDocument[] = [];
  let line = 1;
  for (const part of parts) {
    const value = parseJson(part);
    if (value === undefined) {
      return undefined;
    }
    documents.push({ value, line, text: () => part });
    line += part.split('\n').length - 1;
  }
  return { documents, problems: [] };
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  if (depth === 0) {
    return true;
  }
  for (const key in value) {
    if (isDeeperThan((value as { [key: string]: unknown })[key], depth - 1)) {
      return true;
    }
  }
  return false;
}
