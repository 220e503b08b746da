import { RuntimePlan, TABLE_FORMATS, TableFormat } from '../../src/installer/install-plan';
import { HandlerTables, WantedTables } from '../handler-tables';
import { InstalledHandler } from '../record';
import { Run } from '../transaction';

/** The runtime tables of a handler of the plan. */
export function handlerTables({ handler, tables }: RuntimePlan, files: Run['files']): HandlerTables {
  return { handler, ...Object.fromEntries(Object.entries(tables).map(([format, key]) => [format, file(files, key)])) };
}

/** The tables that the container runtime is to have: of the handlers that can be served, and of those that are kept. */
export function wantedTables(run: Run): WantedTables[] {
  const kept = keptHandlers(run).map((installed) => ({ ...recordedTables(installed), kept: true }));
  return [...run.runtimes.map((runtime) => handlerTables(runtime, run.files)), ...kept].sort(byHandler);
}

/** What stays as it is, because its Pods run: handlers that cannot be brought to the new plan, or are not in it any more. */
export function keptHandlers({ record, failed, stillUsed }: Run): InstalledHandler[] {
  return record?.handlers.filter(({ handler }) => stillUsed.includes(handler) || failed.some((verdict) => verdict.handler === handler)) ?? [];
}

export function byHandler(a: HandlerTables, b: HandlerTables): number {
  return a.handler < b.handler ? -1 : 1;
}

const FORMATS: readonly TableFormat[] = Object.values(TABLE_FORMATS).flat();

export function recordedTables(installed: InstalledHandler): HandlerTables {
  const tables = FORMATS.flatMap((format) => (installed[format] === undefined ? [] : [[format, installed[format]]]));
  return { handler: installed.handler, ...Object.fromEntries(tables) };
}

/** A file that lies beside the plan. */
export function file(files: Run['files'], key: string): string {
  const content = files[key];
  if (content === undefined) throw new Error(`the plan names the file ${key}, which is not mounted: apply all ConfigMaps of the installer together`);
  return content;
}
