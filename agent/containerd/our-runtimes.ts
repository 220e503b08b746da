import { runtimesOf } from './runtime-tables';
import { parseToml, tableAt, valueAt } from './toml';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { CriStatus } from '../cri/cri-client';

/** The handlers of ours that a running containerd has, each with its shim and its configuration, to be compared with {@link writtenRuntimes}. */
export function servedRuntimes({ config }: CriStatus): string {
  const runtimes = Object.entries(config?.containerd?.runtimes ?? {});
  return list(runtimes.map(([handler, { runtimePath, options }]) => [handler, runtimePath, options?.ConfigPath]));
}

/** The handlers that our drop-in gives it. */
export function writtenRuntimes(dropIn: string): string {
  const content = parseToml(dropIn);
  const tables = Object.values(CONTAINERD_TABLES).flatMap((section) => Object.entries(runtimesOf(content, section) ?? {}));
  return list(tables.map(([handler, table]) => {
    const runtime = tableAt({ table }, ['table']) ?? {};
    return [handler, String(runtime.runtime_path), String(valueAt(runtime, ['options', 'ConfigPath']))];
  }));
}

/** A handler is ours by its shim, or where that is the node's own by its configuration. */
function list(runtimes: readonly [handler: string, ...files: (string | undefined)[]][]): string {
  return runtimes.filter(([, ...files]) => files.some((file) => file?.startsWith(`${HOST_LAYOUT.opt}/`))).map((runtime) => runtime.join(' ')).sort().join(', ');
}
