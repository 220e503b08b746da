import { runtimesOf } from './runtime-tables';
import { parseToml, tableAt, valueAt } from './toml';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { CriStatus } from '../cri/cri-client';

/** A handler, with its shim and its configuration in one text. */
type Runtimes = ReadonlyMap<string, string>;

/** The handlers of ours that a running containerd has, each with its shim and its configuration, to be compared with {@link writtenRuntimes}. */
export function servedRuntimes(status: CriStatus): string {
  return list(served(status));
}

/** The handlers that our drop-in gives it. */
export function writtenRuntimes(dropIn: string): string {
  return list(written(dropIn));
}

/**
 * Those of our handlers that a running containerd has with another shim or configuration than our drop-in or block says:
 * it was started when something else stood there. None where it does not tell.
 */
export function outdatedHandlers(status: CriStatus, ours: readonly string[]): string[] {
  if (!status.config?.containerd?.runtimes) return [];
  const running = served(status);
  const handlers = ours.flatMap((text) => [...readable(text)]).filter(([, files]) => isOurs(files));
  return handlers.filter(([handler, files]) => running.get(handler) !== files).map(([handler]) => handler);
}

function served({ config }: CriStatus): Runtimes {
  const runtimes = Object.entries(config?.containerd?.runtimes ?? {});
  return new Map(runtimes.map(([handler, { runtimePath, options }]) => [handler, `${runtimePath ?? ''} ${options?.ConfigPath ?? ''}`]));
}

function written(text: string): Runtimes {
  const content = parseToml(text);
  const tables = Object.values(CONTAINERD_TABLES).flatMap((section) => Object.entries(runtimesOf(content, section) ?? {}));
  return new Map(tables.map(([handler, table]) => {
    const runtime = tableAt({ table }, ['table']) ?? {};
    return [handler, `${String(runtime.runtime_path ?? '')} ${String(valueAt(runtime, ['options', 'ConfigPath']) ?? '')}`];
  }));
}

/** A text that somebody has spoilt says nothing here; what it should be, the planning knows. */
function readable(text: string): Runtimes {
  try {
    return written(text);
  } catch {
    return new Map();
  }
}

/** A handler is ours by its shim, or where that is the node's own by its configuration. */
function isOurs(files: string): boolean {
  return files.split(' ').some((file) => file.startsWith(`${HOST_LAYOUT.opt}/`));
}

function list(runtimes: Runtimes): string {
  return [...runtimes].filter(([, files]) => isOurs(files)).map((runtime) => runtime.join(' ')).sort().join(', ');
}
