import { alwaysText } from './always-text';
import { isRecord, recordAt, textAt, valueAt } from './manifest';
import { CONTAINERD_IMAGES } from '../platform/containerd-config';
import { readToml, tomlProblem } from '../platform/toml';

/** What a container runtime would read of one handler. */
export interface RuntimeTable {
  /** Where it stands, as the container runtime's own documentation spells it. */
  readonly path: string;
  readonly handler: string;
  /** Containerd's only. */
  readonly runtimeType?: string;
  /** Key that names the shim, or the program in its place. */
  readonly shimKey: string;
  readonly shim?: string;
  /** Whether that is a program that is used like runc: it reads no configuration, its arguments are in the table. */
  readonly isProgram?: boolean;
  /** Key that names the shim's configuration file. */
  readonly configKey: string;
  readonly configPath?: string;
  /** CRI-O's switch for all handlers of the node, where the drop-in sets it. */
  readonly selinux?: unknown;
  /** All of it, for comparing. */
  readonly entry: { readonly [key: string]: unknown };
  /** Snapshotter of the handler's images, which containerd 2.x keeps in another plugin's table. */
  readonly imagesSnapshotter?: string;
}

/** The value of a TOML text, or a sentence that says why it is none. */
export function parseToml(text: string): { readonly [key: string]: unknown } | string {
  try {
    return alwaysText(readToml(text), text);
  } catch (error) {
    return `is not TOML: ${tomlProblem(error)}`;
  }
}

/** The one table of a drop-in of containerd, or a sentence that says why it holds none or more than that. */
export function readRuntimeTable(text: string, plugin: string): RuntimeTable | string {
  const root = parseToml(text);
  if (typeof root === 'string') {
    return root;
  }
  const path = ['plugins', plugin, 'containerd', 'runtimes'];
  const platforms = valueAt(root, 'plugins', CONTAINERD_IMAGES, 'runtime_platforms');
  let level: unknown = platforms === undefined ? root : withoutImages(root);
  for (const [depth, key] of path.entries()) {
    const keys = Object.keys(recordAt(level));
    if (keys.length !== 1 || keys[0] !== key) {
      return `has ${keys.map((found) => JSON.stringify(found)).join(', ') || 'nothing'} ${depth ? `in ${tablePath(path.slice(0, depth))}` : 'at the top'}; `
        + `write only ${JSON.stringify(key)} there, so that the table is ${tablePath([...path, '<handler>'])}`;
    }
    level = recordAt(level, key);
  }
  const [[handler, entry], ...others] = Object.entries(recordAt(level)).length ? Object.entries(recordAt(level)) : [['', undefined]];
  if (!isRecord(entry) || others.length) {
    return `has ${others.length ? `${others.length + 1} handlers` : 'no handler'} in ${tablePath(path)}; write exactly one table there`;
  }
  const snapshotter = textAt(platforms, handler, 'snapshotter');
  if (platforms !== undefined && (snapshotter === undefined || Object.keys(recordAt(platforms)).length > 1)) {
    return `has ${tablePath(['plugins', CONTAINERD_IMAGES, 'runtime_platforms'])} with ${Object.keys(recordAt(platforms)).join(', ') || 'nothing'}; `
      + `write only the snapshotter of "${handler}" there`;
  }
  return {
    ...(snapshotter === undefined ? {} : { imagesSnapshotter: snapshotter }),
    path: tablePath([...path, handler]),
    handler,
    runtimeType: textAt(entry, 'runtime_type'),
    shimKey: 'runtime_path',
    configKey: 'ConfigPath',
    shim: textAt(entry, 'runtime_path'),
    configPath: textAt(entry, 'options', 'ConfigPath'),
    entry,
  };
}

/** The same without the one table that is not a runtime's. */
function withoutImages(root: { readonly [key: string]: unknown }): unknown {
  const { runtime_platforms: _, ...images } = recordAt(root, 'plugins', CONTAINERD_IMAGES);
  const { [CONTAINERD_IMAGES]: __, ...plugins } = recordAt(root, 'plugins');
  return { ...root, plugins: Object.keys(images).length ? { ...plugins, [CONTAINERD_IMAGES]: images } : plugins };
}

/** The header of a table as TOML writes it. */
export function tablePath(keys: readonly string[]): string {
  return `[${keys.map((key) => (/^[A-Za-z0-9_<>-]+$/.test(key) ? key : `"${key}"`)).join('.')}]`;
}
