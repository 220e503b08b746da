import { AnyJson, JsonMap, parse } from '@iarna/toml';
import { ConfigRoot } from './config-root';
import { containerdVersion } from '../../agent/containerd/containerd-version';
import { ContainerdTables, planContainerdChanges } from '../../agent/containerd/plan-changes';
import { validateContainerdChanges } from '../../agent/containerd/validate-changes';
import { FileChange } from '../../agent/file-change';
import { Refusal } from '../../agent/refusal';
import { renderContainerdTable } from '../../src/platform/containerd-config';
import { CONTAINERD_TABLES } from '../../src/platform/containerd-tables';

const PLATFORM = { configFile: '/etc/containerd/config.toml', dropInFile: '/etc/containerd/conf.d/zz-sandbox-runtimes.toml' };
/** No real file has a handler of this name. */
const HANDLER = 'sandbox-test';
const TABLE = {
  handler: HANDLER,
  runtimeType: 'io.containerd.runsc.v1',
  runtimePath: '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1',
  configPath: '/opt/sandbox-runtimes/config/sandbox-test/20260928.0-01234567.toml',
  typeUrl: 'io.containerd.runsc.v1.options',
  podAnnotations: ['dev.gvisor.spec.mount.*'],
};
const HANDLERS: ContainerdTables[] = [{ handler: HANDLER, v2: renderContainerdTable('v2', TABLE), v3: renderContainerdTable('v3', TABLE) }];

/**
 * Plans and validates a handler as the agent does, writes the changes, and looks at what the real containerd then
 * reads, with nothing of the agent's own judgement; at last takes everything back.
 *
 * @returns the reason if the agent refuses; undefined if the handler is served and nothing else is different.
 */
export async function refusalOf(root: ConfigRoot, original: { readonly [path: string]: string }): Promise<string | undefined> {
  const command = [root.containerd];
  const node = { platform: PLATFORM, command, containerdVersion: await containerdVersion(command), files: root.files, owner: 'test/test' };
  const plan = (handlers: ContainerdTables[]) => planContainerdChanges({ ...node, handlers });
  const validate = (changes: FileChange[], handlers: ContainerdTables[]) => validateContainerdChanges({ ...node, changes, handlers });
  root.fill(original);
  const before = root.dump();
  try {
    const changes = plan(HANDLERS);
    await validate(changes, HANDLERS);
    // After each single change containerd has to be able to start.
    for (const change of changes) {
      root.apply([change]);
      expect(root.dump()).toBeDefined();
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message;
  }

  const after = root.dump()!;
  expect(runtimes(after)[HANDLER]).toMatchObject(ours());
  expect(withoutOurs(after)).toEqual(withoutOurs(before!));
  expect(plan(HANDLERS)).toEqual([]);

  const back = plan([]);
  expect(await validate(back, [])).toBe(true);
  root.apply(back);
  for (const path of [PLATFORM.configFile, PLATFORM.dropInFile]) expect(root.read(path)).toBe(original[path]);
  return undefined;
}

function ours(): JsonMap {
  return runtimes(parse(HANDLERS[0].v3))[HANDLER] as JsonMap;
}

/** Where this containerd looks; a file may have the tables of other versions too, to no effect. */
function runtimes({ version, plugins }: JsonMap): JsonMap {
  const section = CONTAINERD_TABLES[(version as number | undefined ?? 3) >= 3 ? 'v3' : 'v2'];
  return (plugins as { [id: string]: { containerd: { runtimes: JsonMap } } })[section].containerd.runtimes;
}

/** A dump without our handler and `imports`; empty values left out, as containerd treats them like missing ones. */
function withoutOurs(dump: JsonMap): AnyJson {
  const { imports, ...rest } = structuredClone(dump);
  delete runtimes(rest)[HANDLER];
  return significant(rest);
}

function significant(value: AnyJson): AnyJson {
  if (Array.isArray(value) || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, significant(inner)]).filter(([, inner]) => !isEmpty(inner)));
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === 0 || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
