import { RuntimePlan } from '../../src/installer/install-plan';
import { HandlerTables } from '../containerd/plan-changes';
import { Run } from '../transaction';

/** The runtime tables of a handler of the plan. */
export function handlerTables({ handler, tables }: RuntimePlan, files: Run['files']): HandlerTables {
  return { handler, v2: file(files, tables.v2), v3: file(files, tables.v3) };
}

/**
 * The tables that containerd is to have: of the handlers that can be served, and as they are now of those that were
 * served before and cannot be brought to the new plan, because their Pods still run.
 */
export function wantedTables({ runtimes, files, record, failed }: Run): HandlerTables[] {
  const kept = record?.handlers.filter(({ handler }) => failed.some((verdict) => verdict.handler === handler)) ?? [];
  return [...runtimes.map((runtime) => handlerTables(runtime, files)), ...kept.map(({ handler, v2, v3 }) => ({ handler, v2, v3 }))];
}

/** A file that lies beside the plan. */
export function file(files: Run['files'], key: string): string {
  const content = files[key];
  if (content === undefined) throw new Error(`the plan names the file ${key}, which is not mounted: apply all ConfigMaps of the installer together`);
  return content;
}
