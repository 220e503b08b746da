import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';
import { Refusal } from '../refusal';
import { runtimesOf } from './runtime-tables';
import { Table } from './toml';

/** The runtime that containerd has built in. */
export const BUILT_IN_RUNTIME = 'runc';

const TABLE = `plugins."${CONTAINERD_TABLES.v2}".containerd.runtimes.${BUILT_IN_RUNTIME}`;

/**
 * containerd 1.x knows its built-in runtime only as long as the file has no `runtimes` at all; with ours it has to be
 * written out.
 *
 * @see https://github.com/containerd/containerd/blob/release/1.7/pkg/cri/config/config_unix.go
 */
export const BUILT_IN_TABLE_1X = `[${TABLE}]
  runtime_type = "io.containerd.runc.v2"
  sandbox_mode = "podsandbox"
`;

/** Whether there is a table for the built-in runtime. */
export function hasBuiltInTable(content: Table): boolean {
  return Object.hasOwn(runtimesOf(content, CONTAINERD_TABLES.v2) ?? {}, BUILT_IN_RUNTIME);
}

/**
 * Whether a 1.x main file needs the table of ours.
 *
 * @param content without anything of ours.
 * @param written whether ours has the table already: others may have added runtimes that rely on it since.
 */
export function needsBuiltInTable(content: Table, written: boolean): boolean {
  return runtimesOf(content, CONTAINERD_TABLES.v2) === undefined || (written && !hasBuiltInTable(content));
}

/** Refuses to take our table back while runtimes of others rely on it: the CRI plugin would not load without. */
export function refuseDependents(path: string, content: Table): void {
  const others = Object.keys(runtimesOf(content, CONTAINERD_TABLES.v2) ?? {});
  if (others.length === 0 || hasBuiltInTable(content)) return;
  throw new Refusal(`${path} has the runtimes ${others.join(', ')}, which were added after ours and rely on the installer's table of `
    + `${BUILT_IN_RUNTIME}: move [${TABLE}] out of the installer's markers`);
}
