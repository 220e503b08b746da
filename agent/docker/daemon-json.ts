import { isDeepStrictEqual } from 'node:util';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { Refusal } from '../refusal';
import { duplicateKey, MemberSpan, objectAt, ObjectSpan } from './json-spans';

/** A runtime as `daemon.json` has it; what else stands there is not ours to know. */
export interface DockerRuntime {
  readonly path?: string;
  readonly runtimeArgs?: readonly string[];
  readonly runtimeType?: string;
  readonly options?: unknown;
}

export interface DockerRuntimes {
  readonly [handler: string]: DockerRuntime;
}

export interface DaemonJson {
  readonly 'runtimes'?: DockerRuntimes;
  readonly 'default-runtime'?: string;
  readonly 'selinux-enabled'?: boolean;
}

const RUNTIMES = 'runtimes';
const DEFAULT_RUNTIME = 'default-runtime';
const INDENT = '  ';

/** What is left of a file that we created once ours is taken out of it. */
const CREATED = '{\n}\n';

/** A runtime is ours if its program lies in our folder: there is no room for a mark in JSON. */
export function isOurs({ path, runtimeType }: DockerRuntime): boolean {
  return [path, runtimeType].some((program) => typeof program === 'string' && program.startsWith(`${HOST_LAYOUT.opt}/`));
}

/** The content of a `daemon.json`; refuses what Docker, or we, could not read without a doubt. An empty one is as good as none. */
export function readDaemonJson(path: string, text: string | undefined): DaemonJson {
  if (!text?.trim()) return {};
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const comments = /^\s*(\/\/|\/\*|#)/m.test(text) ? '; it seems to have comments, which JSON does not know' : '';
    throw new Refusal(`${path} is not JSON: ${(error as Error).message}${comments}; correct it first, Docker would not start with it either`);
  }
  if (!isObject(content)) throw new Refusal(`${path} has to hold a JSON object, such as {}`);
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw new Refusal(`${path} has the key "${duplicate}" twice in one object, so it is not clear which one counts: remove one of them`);
  const { runtimes } = content as { runtimes?: unknown };
  if (runtimes !== undefined && !(isObject(runtimes) && Object.values(runtimes).every(isObject))) {
    throw new Refusal(`"${RUNTIMES}" in ${path} has to be an object of objects, such as { "name": { "path": "/usr/bin/program" } }`);
  }
  return content;
}

/** The text without anything of ours; undefined if nothing is left of a file that we created. */
export function withoutOurs(path: string, text: string | undefined): string | undefined {
  if (text === undefined || !text.trim()) return text;
  const { runtimes = {}, [DEFAULT_RUNTIME]: defaultRuntime } = readDaemonJson(path, text);
  const ours = Object.keys(runtimes).filter((handler) => isOurs(runtimes[handler]));
  if (!ours.length) return text;
  let result = text;
  if (defaultRuntime !== undefined && ours.includes(defaultRuntime)) result = removed(result, objectAt(result, 0), [DEFAULT_RUNTIME]);
  result = removed(result, objectAt(result, memberOf(result, RUNTIMES)!.value.start), ours);
  result = withoutEmptyRuntimes(result);
  return result === CREATED ? undefined : result;
}

/**
 * The text with our runtimes in addition, of which no other byte differs.
 *
 * @param original the text without anything of ours
 * @param defaultRuntime undefined leaves it alone
 */
export function withOurs(path: string, original: string | undefined, runtimes: DockerRuntimes, defaultRuntime: string | undefined): string {
  const content = readDaemonJson(path, original);
  refuseTaken(path, content, runtimes, defaultRuntime);
  const text = original?.trim() ? original : CREATED;
  const entries = (depth: number) => Object.keys(runtimes).sort().map((handler) => `${JSON.stringify(handler)}: ${rendered(runtimes[handler], depth)}`);
  const found = memberOf(text, RUNTIMES);
  let result = found
    ? inserted(text, objectAt(text, found.value.start), entries(2), 2)
    : inserted(text, objectAt(text, 0), [`"${RUNTIMES}": {\n${entries(2).map((entry) => INDENT.repeat(2) + entry).join(',\n')}\n${INDENT}}`], 1);
  if (defaultRuntime !== undefined) result = inserted(result, objectAt(result, 0), [`"${DEFAULT_RUNTIME}": ${JSON.stringify(defaultRuntime)}`], 1);
  proveOnlyOurs(path, { original, content, result, runtimes, defaultRuntime });
  return result;
}

function refuseTaken(path: string, content: DaemonJson, runtimes: DockerRuntimes, defaultRuntime: string | undefined): void {
  const taken = Object.keys(runtimes).find((handler) => Object.hasOwn(content.runtimes ?? {}, handler));
  if (taken !== undefined) {
    throw new Refusal(`${path} has a runtime "${taken}" that the installer did not write: remove it, or give the handler another name`);
  }
  const given = content[DEFAULT_RUNTIME];
  if (defaultRuntime !== undefined && given !== undefined) {
    throw new Refusal(`${path} has "${DEFAULT_RUNTIME}": ${JSON.stringify(given)}, and "${defaultRuntime}" is asked for: remove the line, or leave defaultRuntime out`);
  }
}

interface Change {
  readonly original: string | undefined;
  readonly content: DaemonJson;
  readonly result: string;
  readonly runtimes: DockerRuntimes;
  readonly defaultRuntime: string | undefined;
}

/** Proves that the text means what it meant plus ours, and that taking ours back gives the very same bytes. */
function proveOnlyOurs(path: string, { original, content, result, runtimes, defaultRuntime }: Change): void {
  const wanted = {
    ...content,
    [RUNTIMES]: { ...content.runtimes, ...runtimes },
    ...(defaultRuntime === undefined ? {} : { [DEFAULT_RUNTIME]: defaultRuntime }),
  };
  const before = original?.trim() ? original : undefined;
  if (isDeepStrictEqual(JSON.parse(result), wanted) && withoutOurs(path, result) === before) return;
  throw new Refusal(`${path} cannot be changed in a way that could be taken back exactly: give it at least one setting, or add the runtimes yourself`);
}

/** New members come first, each on a line of its own: so they can be found and cut out with exactly what was put in. */
function inserted(text: string, { open, members }: ObjectSpan, entries: readonly string[], depth: number): string {
  const lines = entries.map((entry) => `\n${INDENT.repeat(depth)}${entry}`).join(',');
  return `${text.slice(0, open + 1)}${lines}${members.length ? ',' : ''}${text.slice(open + 1)}`;
}

function removed(text: string, object: ObjectSpan, keys: readonly string[]): string {
  const index = object.members.findIndex(({ key }) => keys.includes(key));
  if (index < 0) return text;
  const [from, to] = extent(text, object, index);
  const shorter = text.slice(0, from) + text.slice(to);
  return removed(shorter, objectAt(shorter, object.open), keys);
}

/** A member with its comma: the one after it, or before it where it is the last one. */
function extent(text: string, { open, members }: ObjectSpan, index: number): [from: number, to: number] {
  const { value } = members[index];
  const previous = members[index - 1]?.value.end;
  if (index < members.length - 1) return [previous === undefined ? open + 1 : text.indexOf(',', previous) + 1, text.indexOf(',', value.end) + 1];
  return [previous ?? open + 1, value.end];
}

/** The member "runtimes" that was ours as a whole has nothing left in it and stands as we write it. */
function withoutEmptyRuntimes(text: string): string {
  const top = objectAt(text, 0);
  const member = memberOf(text, RUNTIMES);
  const isFirst = member !== undefined && top.members[0].key === RUNTIMES;
  if (!isFirst || text.slice(top.open + 1, member.value.end) !== `\n${INDENT}"${RUNTIMES}": {\n${INDENT}}`) return text;
  return removed(text, top, [RUNTIMES]);
}

function memberOf(text: string, key: string): MemberSpan | undefined {
  return objectAt(text, 0).members.find((member) => member.key === key);
}

function rendered(value: object, depth: number): string {
  return JSON.stringify(value, undefined, INDENT).replaceAll('\n', `\n${INDENT.repeat(depth)}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
