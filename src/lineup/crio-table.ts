import { isRecord, recordAt, textAt } from './manifest';
import { parseToml, tablePath, type RuntimeTable } from './runtime-table';

const RUNTIMES = ['crio', 'runtime', 'runtimes'];
const SELINUX = 'selinux';

/** The one table of a drop-in of CRI-O, or a sentence that says why it holds none or more than that. */
export function readCrioTable(text: string): RuntimeTable | string {
  const root = parseToml(text);
  if (typeof root === 'string') {
    return root;
  }
  const runtime = recordAt(root, 'crio', 'runtime');
  const strange = [
    ...Object.keys(root).filter((key) => key !== 'crio'),
    ...Object.keys(recordAt(root, 'crio')).filter((key) => key !== 'runtime'),
    ...Object.keys(runtime).filter((key) => key !== 'runtimes' && key !== SELINUX),
  ];
  const entries = Object.entries(recordAt(root, ...RUNTIMES));
  const [first] = entries;
  if (strange.length || entries.length !== 1 || !isRecord(first[1])) {
    return `has ${strange.length ? strange.map((key) => JSON.stringify(key)).join(', ') : `${entries.length} handlers`} beside what belongs there; `
      + `write exactly one table ${tablePath([...RUNTIMES, '<handler>'])} and nothing else but ${SELINUX} in ${tablePath(['crio', 'runtime'])}`;
  }
  const [handler, entry] = first;
  return {
    path: tablePath([...RUNTIMES, handler]),
    handler,
    shimKey: 'runtime_path',
    shim: textAt(entry, 'runtime_path'),
    configKey: 'runtime_config_path',
    configPath: textAt(entry, 'runtime_config_path'),
    entry: recordAt(entry),
    ...(SELINUX in runtime ? { selinux: runtime[SELINUX] } : {}),
  };
}
