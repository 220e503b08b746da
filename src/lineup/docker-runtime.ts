import { alwaysText } from './always-text';
import { isRecord, recordAt, textAt } from './manifest';
import type { RuntimeTable } from './runtime-table';

/** The one runtime that is merged into daemon.json, or a sentence that says why there is none or more than that. */
export function readDockerRuntime(text: string): RuntimeTable | string {
  let root: unknown;
  try {
    root = alwaysText(JSON.parse(text), text);
  } catch (error) {
    return `is not JSON: ${(error as Error).message}`;
  }
  const strange = Object.keys(recordAt(root)).filter((key) => key !== 'runtimes');
  const entries = Object.entries(recordAt(root, 'runtimes'));
  const [first] = entries;
  if (strange.length || entries.length !== 1 || !isRecord(first[1])) {
    return `has ${strange.length ? strange.map((key) => JSON.stringify(key)).join(', ') : `${entries.length} runtimes`} beside what belongs there; `
      + 'write exactly one member of "runtimes" and nothing else, since all of it is merged into daemon.json';
  }
  const [handler, entry] = first;
  const isProgram = 'path' in entry;
  const shimKey = isProgram ? 'path' : 'runtimeType';
  return {
    path: `"runtimes"."${handler}" in daemon.json`,
    handler,
    shimKey,
    shim: textAt(entry, shimKey),
    isProgram,
    configKey: 'ConfigPath',
    configPath: textAt(entry, 'options', 'ConfigPath'),
    entry,
  };
}
