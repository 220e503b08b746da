import { runtimesOf } from './runtime-tables';
import { isTable, sameMeaning, Table, tableAt } from './toml';
import { CONTAINERD_IMAGES, CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

/** How many differences a message names: the first ones say enough. */
const NAMED = 3;

/**
 * What is wrong with a change, judged by containerd's own reading of the configuration before and after; empty if
 * every wanted handler is served with exactly the wanted values and nothing else is different.
 *
 * @param wanted runtime table by handler.
 * @param removed handlers that were ours before and may go.
 */
export function compareDumps(before: Table, after: Table, wanted: ReadonlyMap<string, Table>, removed: readonly string[] = []): string[] {
  const problems = [...wanted].flatMap(([handler, table]) => {
    const served = servedRuntimes(after)[handler];
    if (!isTable(served)) return [`handler "${handler}" is not served`];
    const differs: Sentence = (key, ours, theirs) => `handler "${handler}" would have ${key} ${theirs} instead of ${ours}`;
    return [...differences(table, picked(served, table), '', differs), ...imageDifferences(after, handler, table, differs)];
  });
  const ours = [...wanted.keys(), ...removed];
  problems.push(...differences(withoutOurs(before, ours), withoutOurs(after, ours), '', (key, old, now) => `${key} would change from ${old} to ${now}`));
  return problems.length > NAMED ? [...problems.slice(0, NAMED), `and ${problems.length - NAMED} more`] : problems;
}

/** Whether a handler is served in both, and with the same values. */
export function sameRuntime(handler: string, before: Table, after: Table): boolean {
  const [old, now] = [before, after].map((dump) => servedRuntimes(dump)[handler]);
  return old !== undefined && sameMeaning(old, now);
}

/** The runtimes that a dump shows: a daemon writes one of the two sections. */
function servedRuntimes(dump: Table): Table {
  return runtimesOf(dump, CONTAINERD_TABLES.v3) ?? runtimesOf(dump, CONTAINERD_TABLES.v2) ?? {};
}

/** Since 2.0 images are a plugin of their own, which has to be told the snapshotter of a handler as well. */
function imageDifferences(dump: Table, handler: string, { snapshotter }: Table, sentence: Sentence): string[] {
  const platforms = imagePlatforms(dump);
  if (snapshotter === undefined || !platforms) return [];
  const found = asTable(platforms[handler]).snapshotter;
  return sameMeaning(found, snapshotter) ? [] : [sentence('the snapshotter of its images', shown(snapshotter), shown(found))];
}

function imagePlatforms(dump: Table): Table | undefined {
  return tableAt(dump, ['plugins', CONTAINERD_IMAGES, 'runtime_platforms']);
}

/** A dump without our runtimes and without `imports`, which legitimately differ. */
function withoutOurs(dump: Table, handlers: readonly string[]): Table {
  const rest = structuredClone(dump);
  delete rest.imports;
  for (const section of Object.values(CONTAINERD_TABLES)) {
    const runtimes = tableAt(rest, ['plugins', section, 'containerd', 'runtimes']) ?? {};
    for (const handler of handlers) delete runtimes[handler];
  }
  const platforms = imagePlatforms(rest) ?? {};
  for (const handler of handlers) delete platforms[handler];
  return rest;
}

/** The part of a table that another one speaks of: containerd adds its defaults to each runtime. */
function picked(table: Table, like: Table): Table {
  const keys = Object.keys(like).filter((key) => Object.hasOwn(table, key));
  return Object.fromEntries(keys.map((key) => {
    const [value, wanted] = [table[key], like[key]];
    return [key, isTable(value) && isTable(wanted) ? picked(value, wanted) : value];
  }));
}

type Sentence = (path: string, before: string, after: string) => string;

/** A sentence for each difference. A missing key is the same as its zero value, as it is for containerd. */
function differences(before: Table, after: Table, path: string, sentence: Sentence): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [old, now] = [before[key], after[key]];
    const at = path ? `${path}.${key}` : key;
    if (isTable(old ?? {}) && isTable(now ?? {})) return differences(asTable(old), asTable(now), at, sentence);
    if (sameMeaning(old, now) || (isZero(old) && isZero(now))) return [];
    return [sentence(at, shown(old), shown(now))];
  });
}

function asTable(value: Table[string] | undefined): Table {
  return isTable(value) ? value : {};
}

function isZero(value: Table[string] | undefined): boolean {
  return value === undefined || value === '' || value === 0n || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}

function shown(value: Table[string] | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value, (_, inner: unknown) => typeof inner === 'bigint' ? Number(inner) : inner);
}
