import { readCrioTable } from './crio-table';
import { readRuntimeTable, type RuntimeTable } from './runtime-table';
import type { PlatformPlan, RuntimePlan } from '../installer/install-plan';
import { CONTAINERD_TABLES } from '../platform/containerd-tables';

/** The files that the keys of a plan name, by their keys. */
type Files = { readonly [key: string]: string };

/** The table of a handler in one of the formats that hand annotations on; undefined where the platform has none. */
export function readHandlerTable({ kind }: PlatformPlan, { tables }: RuntimePlan, files: Files): RuntimeTable | undefined {
  if (kind === 'docker') {
    return undefined;
  }
  const table = kind === 'crio' ? readCrioTable(files[tables.crio!]) : readRuntimeTable(files[tables.v3!], CONTAINERD_TABLES.v3);
  return typeof table === 'object' ? table : undefined;
}
