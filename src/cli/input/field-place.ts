/// <reference path="./js-yaml.d.ts" />
import { loadAll } from 'js-yaml';
import { columnsBefore, newlines } from './line-ends';
import { PARSER_OPTIONS } from './yaml-text';
import type { FieldPath } from '../../lineup/field-path';
import { isRecord } from '../../lineup/manifest';

/** Where something stands in a text. */
export interface TextPlace {
  /** From 1, as the column. */
  readonly line: number;
  readonly column: number;
}

/** A part of a text, with as many blanks before it as keep its columns. */
export interface TextPart {
  readonly line: number;
  readonly text: string;
}

/** A node as the parser came by it. */
interface Node {
  /** Where the parser began to look for it. */
  readonly begin: number;
  end: number;
  result: unknown;
  /** Keys and values of a mapping in turn, or elements of a sequence. */
  readonly children: Node[];
}

/** Spaces and comments before a node; the parser stands before them where it begins to look for it. */
const BEFORE_NODE = /(?:\s|#.*)*/y;
/** Levels down to the elements of a List, with those that the parser takes twice. */
const LIST_DEPTH = 5;

/**
 * Where a field stands in the text of a document; where it is not there, the innermost field around it. Undefined if no
 * field of the path is there, or the parser cannot tell.
 */
export function fieldPlace(text: string, path: FieldPath): TextPlace | undefined {
  let node = rootOf(text);
  let place: TextPlace | undefined;
  for (const step of path) {
    const member = node && memberOf(node, step);
    if (!member) {
      break;
    }
    const position = startOf(member.named, text);
    place = { line: newlines(text.slice(0, position)) + 1, column: columnsBefore(text, position) + 1 };
    node = member.value;
  }
  return place;
}

/** The elements of a list in a document; undefined where the parser cannot tell. */
export function elementTexts(text: string, list: FieldPath): readonly TextPart[] | undefined {
  let node = rootOf(text, LIST_DEPTH);
  for (const step of list) {
    node = node && memberOf(node, step)?.value;
  }
  const elements = node && unwrapped(node);
  if (!Array.isArray(elements?.result) || elements.children.length !== elements.result.length) {
    return undefined;
  }
  let line = 1;
  let counted = 0;
  return elements.children.map((element) => {
    const start = startOf(element, text);
    line += newlines(text.slice(counted, start));
    counted = start;
    return { line, text: ' '.repeat(columnsBefore(text, start)) + text.slice(start, element.end) };
  });
}

/** @param maxDepth levels that are kept */
function rootOf(text: string, maxDepth = Infinity): Node | undefined {
  const open: Node[] = [{ begin: 0, end: 0, result: undefined, children: [] }];
  try {
    loadAll(text, null, {
      ...PARSER_OPTIONS,
      listener(event, { depth, position, result }) {
        if (depth > maxDepth) {
          return;
        }
        if (event === 'open') {
          const node = { begin: position, end: position, result: undefined, children: [] };
          open[depth - 1].children.push(node);
          open[depth] = node;
        } else {
          open[depth].end = position;
          open[depth].result = result;
        }
      },
    });
  } catch {
    // It names an anchor of another part of its text, say.
    return undefined;
  }
  return open[0].children[0];
}

/** The parser takes a node for the first key of a mapping until it knows better; then the node is its own only child. */
function unwrapped(node: Node): Node {
  const [only, ...others] = node.children;
  return only !== undefined && !others.length && only.result === node.result ? unwrapped(only) : node;
}

/** The key or element that a step names, and what it stands for. */
function memberOf(wrapped: Node, step: string | number): { readonly named: Node; readonly value: Node } | undefined {
  const { result, children } = unwrapped(wrapped);
  if (Array.isArray(result)) {
    const element = children.length === result.length ? children[Number(step)] : undefined;
    return element && { named: element, value: element };
  }
  for (let position = 0; position + 1 < children.length; position++) {
    const [key, value] = children.slice(position, position + 2);
    if (isPair(key, value, result)) {
      if (String(key.result) === String(step)) {
        return { named: key, value };
      }
      position++;
    }
  }
  return undefined;
}

/** A key without a value has no second node, and what is merged in is no member, so a key is told by the value that it has. */
function isPair(key: Node, value: Node, mapping: unknown): boolean {
  return typeof key.result !== 'object' && isRecord(mapping) && Object.hasOwn(mapping, String(key.result))
    && Object.is(mapping[String(key.result)], value.result);
}

function startOf({ begin }: Node, text: string): number {
  BEFORE_NODE.lastIndex = begin;
  BEFORE_NODE.test(text);
  return BEFORE_NODE.lastIndex;
}
