import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { CONTAINERD_IMAGES, CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { Refusal } from '../refusal';
import { configVersionOf, mergesDropIns } from './containerd-version';
import { ConfigFile, configVersion, pluginTables } from './loaded-config';
import { CRI_SECTIONS, runtimesOf } from './runtime-tables';
import { isTable, sameMeaning, Table, tableAt, valueAt } from './toml';

/** Spellings under which `disabled_plugins` switches off the CRI or a part of it. */
const CRI_PLUGINS: readonly unknown[] = ['cri', ...Object.values(CONTAINERD_TABLES), CONTAINERD_IMAGES];

/** Where a handler may have a table: what runs it, and since 2.0 how its images are pulled. */
const RUNTIMES = CRI_SECTIONS.map((section) => ['plugins', section, 'containerd', 'runtimes']);
const IMAGES = ['plugins', CONTAINERD_IMAGES, 'runtime_platforms'];

/** What the path of a shim, or the type where there is none, says of who wrote a table, for those that are met again and again. */
const INSTALLERS = [
  ['/opt/kata', 'kata-deploy'],
  ['io.containerd.runsc.', "a script or Gardener's extension"],
  ['io.containerd.kata', 'a script or an old kata-deploy'],
  ['/usr/local/bin/', 'a script'],
] as const;

/** Our drop-in, where its tables may lie over those of others. */
export interface Overlay {
  readonly content: Table;
  /** The files that containerd reads after it, whose values count and not ours. */
  readonly below: readonly string[];
}

/** Refuses a configuration that the node's containerd does not accept, or to which a handler cannot be added safely. */
export function refuseUnusableConfig(containerdVersion: string, config: readonly ConfigFile[], handlers: readonly string[], over?: Overlay): void {
  refuseNewerVersion(containerdVersion, config);
  refuseDisabledCri(config);
  refuseTakenHandlers(config, handlers, over);
  if (over) refuseDefaultRuntime(config, handlers);
  if (!mergesDropIns(containerdVersion)) refuseUnusableOn1x(config);
}

function refuseNewerVersion(containerdVersion: string, config: readonly ConfigFile[]): void {
  const highest = configVersionOf(containerdVersion);
  for (const { path, content } of config) {
    const version = content.version ?? 0n;
    if (typeof version !== 'bigint') throw new Refusal(`${path}: version has to be a whole number, found ${JSON.stringify(version)}: correct it, such as version = 2`);
    if (version > highest) {
      throw new Refusal(`${path} has version = ${version}, but containerd ${containerdVersion} reads ${highest} at most: `
        + 'update containerd or restore the file for this version');
    }
  }
}

function refuseDisabledCri(config: readonly ConfigFile[]): void {
  for (const { path, content } of config) {
    const disabled = Array.isArray(content.disabled_plugins) ? content.disabled_plugins : [];
    const found = disabled.find((plugin) => CRI_PLUGINS.includes(plugin));
    if (found !== undefined) {
      throw new Refusal(`${path}: disabled_plugins has ${JSON.stringify(found)}, so containerd does not serve the kubelet at all: `
        + 'remove the entry and restart containerd (the docker.com package installs such a file)');
    }
  }
}

function refuseTakenHandlers(config: readonly ConfigFile[], handlers: readonly string[], over?: Overlay): void {
  for (const { path, content } of config) {
    refuseStrayTables(path, content);
    const later = over?.below.includes(path) ?? false;
    for (const place of over ? [...RUNTIMES, IMAGES] : RUNTIMES) {
      const tables = tableAt(content, place) ?? {};
      for (const handler of handlers.filter((one) => Object.hasOwn(tables, one))) {
        const ours = over && (tableAt(over.content, [...place, handler]) ?? (place === IMAGES ? {} : undefined));
        const left = whatCounts(tableAt(tables, [handler]), ours, later);
        if (left?.length !== 0) throw taken(path, place, handler, tables, left && { keys: left, later });
      }
    }
  }
}

/** What of somebody else's table would count; undefined where there are not two tables to compare. */
function whatCounts(theirs: Table | undefined, ours: Table | undefined, later: boolean): string[] | undefined {
  return theirs && ours && keysThatCount(theirs, ours, later);
}

/** What of a table would count beside ours, or after it. */
interface Counting {
  readonly keys: readonly string[];
  readonly later: boolean;
}

function taken(path: string, place: readonly string[], handler: string, tables: Table, left?: Counting): Refusal {
  const shim = valueAt(tables, [handler, 'runtime_path']) || valueAt(tables, [handler, 'runtime_type']);
  const what = shim ? `it runs ${String(shim)}` : place === IMAGES ? 'settings of its images' : 'without a runtime type';
  const who = INSTALLERS.find(([start]) => String(shim).startsWith(start))?.[1] ?? 'somebody else';
  const whyNot = left && ` and which cannot be adopted, since ${left.later ? 'it is read after our drop-in and ' : ''}its ${left.keys.join(', ')} would count `
    + `${left.later ? 'over' : 'beside'} our settings`;
  const [plugins, plugin, ...rest] = place;
  return new Refusal(`${path} already has a handler "${handler}" (${what}), which ${who} installed${whyNot ?? ''}: `
    + `give the runtime another handler name, or remove [${plugins}."${plugin}".${rest.join('.')}.${handler}] first`);
}

/** Pods that never asked for a sandbox would get ours, on each node, proven or not. */
function refuseDefaultRuntime(config: readonly ConfigFile[], handlers: readonly string[]): void {
  for (const section of CRI_SECTIONS) {
    const named = config.map(({ path, content }) => ({ path, name: valueAt(content, ['plugins', section, 'containerd', 'default_runtime_name']) }));
    const last = named.filter(({ name }) => name !== undefined).at(-1);
    if (last && handlers.some((handler) => handler === last.name)) {
      throw new Refusal(`${last.path} has default_runtime_name = ${JSON.stringify(last.name)}, so all Pods without a RuntimeClass would run in what is installed here: `
        + 'write "runc" there, or give the runtime another handler name');
    }
  }
}

/** What of a table would count besides ours, or later than it: containerd merges them key by key. */
function keysThatCount(table: Table, ours: Table, later: boolean, path = ''): string[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const [at, our] = [path + key, ours[key]];
    if (isTable(value)) return keysThatCount(value, isTable(our) ? our : {}, later, `${at}.`);
    return our === undefined || (later && !sameMeaning(value, our)) ? [at] : [];
  });
}

/**
 * Refuses runtime tables that lead to our files but are not in our drop-in or block: some tools rewrite the whole file
 * and drop its comments, our markers with them. Nobody could tell any more what to take back.
 */
export function refuseStrayTables(path: string, content: Table): void {
  for (const [section, runtimes] of allRuntimes(content)) {
    for (const handler of Object.keys(runtimes)) {
      const shim = valueAt(runtimes, [handler, 'runtime_path']);
      if (typeof shim !== 'string' || !shim.startsWith(`${HOST_LAYOUT.opt}/`)) continue;
      throw new Refusal(`${path} has a handler "${handler}" that runs ${shim} but stands outside this installer's drop-in and markers, so another `
        + `tool or installer wrote it: remove [plugins."${section}".containerd.runtimes.${handler}] by hand`);
    }
  }
}

function allRuntimes(content: Table): [section: string, runtimes: Table][] {
  return CRI_SECTIONS.map((section) => [section, runtimesOf(content, section) ?? {}]);
}

function refuseUnusableOn1x(config: readonly ConfigFile[]): void {
  if (config.length === 0) return;
  const [main, ...imported] = config;
  if (configVersion(config) !== 2) {
    throw new Refusal(`${main.path} has no "version = 2", so containerd 1.x reads it as a version 1 file and ignores version 2 tables: `
      + 'write a version 2 file, containerd config default prints one');
  }
  const replacing = imported.find(({ content }) => CONTAINERD_TABLES.v2 in pluginTables(content));
  if (replacing) {
    throw new Refusal(`${replacing.path} is imported and has CRI settings, and containerd 1.x lets them replace all those of ${main.path}: `
      + `move them to ${main.path}`);
  }
  refuseMissingDefaultRuntime(main);
}

/** containerd 1.x does not load its CRI plugin if the default runtime has no table, and that is so before we come. */
function refuseMissingDefaultRuntime({ path, content }: ConfigFile): void {
  const containerd = tableAt(content, ['plugins', CONTAINERD_TABLES.v2, 'containerd']) ?? {};
  if (valueAt(containerd, ['default_runtime', 'runtime_type'])) return;
  const name = containerd.default_runtime_name ?? 'runc';
  const runtimes = isTable(containerd.runtimes) ? containerd.runtimes : {};
  if (typeof name !== 'string' || !Object.hasOwn(runtimes, name)) {
    throw new Refusal(`${path}: the default runtime ${JSON.stringify(name)} has no table below runtimes, so containerd 1.x does not serve `
      + `the kubelet: add [plugins."${CONTAINERD_TABLES.v2}".containerd.runtimes.${String(name)}] or correct default_runtime_name`);
  }
}
