/// <reference path="./js-yaml.d.ts" />
import { CORE_SCHEMA, loadAll, Type, types, YAMLException, type LoadOptions } from 'js-yaml';
import { columnsBefore, newlines } from './line-ends';

/** A document of a text, with the place of its first node. */
export interface TextDocument {
  readonly value: unknown;
  /** From 1. */
  readonly line: number;
  /** Its text, from the first node on, with as many blanks before it as keep its columns. */
  readonly text: () => string;
}

/** What is wrong with a text, and where. */
export interface SyntaxProblem {
  /** From 1, as the column. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The line itself. */
  readonly text?: string;
}

const BOOLEANS = new Map([['true', true], ['yes', true], ['on', true], ['y', true], ['false', false], ['no', false], ['off', false], ['n', false]]);
/** In small letters, in capitals, or with a capital first. */
const SPELLING = /^([a-z]+|[A-Z][a-z]*|[A-Z]+)$/;
/** Kubernetes' own tools read booleans as YAML 1.1 has them. */
const bool = new Type('tag:yaml.org,2002:bool', {
  kind: 'scalar',
  resolve: (text: string) => text.length <= 5 && SPELLING.test(text) && BOOLEANS.has(text.toLowerCase()),
  construct: (text: string) => BOOLEANS.get(text.toLowerCase()),
});
/** Kubernetes' own tools read it as the text that it stands for. */
const binary = new Type('tag:yaml.org,2002:binary', { kind: 'scalar', construct: (text: string) => Buffer.from(text ?? '', 'base64').toString() });
/** Tags of other programs (Ansible, CloudFormation, Python) say how they read a value, and change nothing about what is written. */
const others = (['scalar', 'sequence', 'mapping'] as const).map((kind) => new Type('', { kind, multi: true }));
/** JSON's types and merge keys, which is what Kubernetes' own tools read. A date stays a text. */
const SCHEMA = CORE_SCHEMA.extend({ implicit: [bool, types.merge], explicit: [binary, ...others] });
/** No manifest comes near it, and nothing that reads a value of this depth runs out of stack. */
export const MAX_DEPTH = 100;
export const PARSER_OPTIONS: LoadOptions = { schema: SCHEMA, maxDepth: MAX_DEPTH };
/** Values that aliases may make of one document. The largest definitions of custom resources have some 50,000. */
const MAX_VALUES = 1_000_000;
/** By the specification these end a document even within a quoted text. */
const DOCUMENT_MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
/** A template, and what stands before it. */
const TEMPLATE = /^([^#'"]*?(?:^|[-:,[]\s+|[[{]))\{\{/;
const FIRST_KEY = /^[A-Za-z]+:/m;
const BYTE_ORDER_MARK = '\uFEFF';
const ONLY_PRELUDE = /^(?:[ \t]*(?:#.*)?(?:\r?\n|$)|%.*(?:\r?\n|$)|\.\.\.[ \t]*(?:#.*)?(?:\r?\n|$))*$/;

/**
 * The documents of a YAML text. Where one cannot be read, the others still are.
 *
 * Whole texts are read at once, which is fastest; only one that has a mistake is read again, document by document.
 */
export function readYaml(given: string): { readonly documents: readonly TextDocument[]; readonly problems: readonly SyntaxProblem[] } {
  const text = given.startsWith(BYTE_ORDER_MARK) ? given.slice(1) : given;
  try {
    return { documents: parse(text), problems: [] };
  } catch {
    return readSeparately(text);
  }
}

function readSeparately(text: string) {
  const documents: TextDocument[] = [];
  const problems: SyntaxProblem[] = [];
  let line = 1;
  for (const chunk of chunks(text)) {
    try {
      documents.push(...parse(chunk, line));
    } catch (error) {
      problems.push(problem(error, chunk, line));
      if (isTwice(error)) documents.push(...unmarked(chunk, line));
    }
    line += newlines(chunk);
  }
  return { documents, problems };
}

/** What the parser says where a second document begins in the first one. */
const TWICE = 'duplicated mapping key';

function isTwice(error: unknown): boolean {
  return error instanceof YAMLException && error.reason.startsWith(TWICE);
}

/**
 * Documents that were put together without a line between them: each begins with the same key. They are looked at all the
 * same, so that nothing seems to be missing which only could not be read; none where that is not what is wrong.
 */
function unmarked(chunk: string, firstLine: number): TextDocument[] {
  const key = FIRST_KEY.exec(chunk)?.[0];
  let line = firstLine;
  try {
    return key === undefined ? [] : chunk.split(new RegExp(`^(?=${key})`, 'm')).flatMap((piece) => {
      const found = parse(piece, line);
      line += newlines(piece);
      return found;
    });
  } catch {
    return [];
  }
}

/** @param firstLine line of a file that the text begins with */
function parse(text: string, firstLine = 1): TextDocument[] {
  const found: Array<{ line: number; start: number; end: number }> = [];
  const values = loadAll(text, null, {
    ...PARSER_OPTIONS,
    listener(event, { depth, line, position }) {
      if (depth !== 1) {
        return;
      }
      if (event === 'open') {
        found.push({ line: line + firstLine, start: position, end: position });
      } else {
        found[found.length - 1].end = position;
      }
    },
  });
  const hasAliases = text.includes('*');
  const hasTemplates = text.includes('{{');
  return values.map((value, index) => {
    const { line, start, end } = found[index];
    if (hasAliases) {
      refuseExplosion(value, line);
    }
    if (hasTemplates) {
      refuseTemplate(value, text.slice(start, end), line);
    }
    return { value, line, text: () => ' '.repeat(columnsBefore(text, start)) + text.slice(start, end) };
  });
}

/** Pieces of a text with one document each; put together they are the text. */
function* chunks(text: string): Generator<string> {
  let start = 0;
  for (const { index, 0: marker } of text.matchAll(DOCUMENT_MARKER)) {
    const end = marker === '...' ? index + marker.length : index;
    // Directives and comments belong to the document after them.
    if (end > start && !ONLY_PRELUDE.test(text.slice(start, Math.min(end, start + 4096)))) {
      yield text.slice(start, end);
      start = end;
    }
  }
  yield text.slice(start);
}

function problem(error: unknown, chunk: string, firstLine: number): SyntaxProblem {
  if (error instanceof Explosion) {
    return { line: error.line, column: 1, message: error.message };
  }
  if (error instanceof Template) {
    const { line, column, text, message: refusal } = error;
    return { line, column, text, message: refusal + hint(refusal, chunk) };
  }
  // Its own stack is all that the parser can run out of here.
  const { reason, mark } = error instanceof YAMLException ? error : { reason: (error as Error).message, mark: undefined };
  const message = reason + hint(reason, chunk);
  if (!mark) {
    return { line: firstLine, column: 1, message };
  }
  // Where something is missing at the end, the parser stands behind the last line.
  const position = Math.min(mark.position, chunk.trimEnd().length);
  const line = firstLine + newlines(chunk.slice(0, position));
  return { line, column: columnsBefore(chunk, position) + 1, message, text: lineAround(chunk, position) };
}

function lineAround(text: string, position: number): string {
  const end = text.indexOf('\n', position);
  return text.slice(text.lastIndexOf('\n', position - 1) + 1, end < 0 ? undefined : end);
}

/** What to do about it, where that can be told. */
function hint(reason: string, chunk: string): string {
  if (/\{\{-?\s*[\w.$"(/]/.test(chunk)) {
    return '; this is a template, so check what it renders: helm template CHART | cdk8s-sandbox-runtimes check -';
  }
  return reason.startsWith(TWICE) ? '; a line "---" belongs between two documents' : '';
}

/** Aliases that make a few lines into more values than a machine can look at, or into a value that contains itself. */
class Explosion extends Error {
  constructor(message: string, public readonly line: number) {
    super(message);
  }
}

function refuseExplosion(value: unknown, line: number): void {
  let values = 0;
  const visit = (node: unknown, depth: number) => {
    if (++values > MAX_VALUES || depth > MAX_DEPTH) {
      throw new Explosion(`the aliases of this document make more than ${values > MAX_VALUES ? `${MAX_VALUES} values` : `${MAX_DEPTH} levels`} of it; write out what they stand for`, line);
    }
    if (typeof node === 'object' && node !== null) {
      for (const key in node) {
        visit((node as { [key: string]: unknown })[key], depth + 1);
      }
    }
  };
  visit(value, 0);
}

/** `{{ .Values.x }}` where a value belongs: to YAML a mapping whose key is a mapping, which Kubernetes has not. */
class Template extends Error {
  constructor(public readonly line: number, public readonly column: number, public readonly text: string) {
    super('a mapping stands where only a text can, as the key of another one');
  }
}

function refuseTemplate(value: unknown, text: string, firstLine: number): void {
  if (hasMappingAsKey(value)) {
    const lines = text.split('\n');
    // Where none is found it is written in another way; then the document is what can be named.
    const at = Math.max(0, lines.findIndex((line) => TEMPLATE.test(line)));
    throw new Template(firstLine + at, (TEMPLATE.exec(lines[at])?.[1].length ?? 0) + 1, lines[at]);
  }
}

/** So the parser writes such a key. */
function hasMappingAsKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null
    && (Object.hasOwn(value, '[object Object]') || Object.values(value).some(hasMappingAsKey));
}
