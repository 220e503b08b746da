import { AnyJson, JsonMap } from '@iarna/toml';
import { asRead, onThisNode } from '../../agent/containerd/config-as-read';
import { containerdVersion } from '../../agent/containerd/containerd-version';
import { planContainerdChanges } from '../../agent/containerd/plan-changes';
import { validateContainerdChanges } from '../../agent/containerd/validate-changes';
import { FileChange } from '../../agent/file-change';
import { tables } from '../../test/agent/containerd/fixtures';
import { PLATFORM_TREES, Tree } from '../../test/agent/containerd/platform-trees';
import { PlatformRoot } from '../containerd-config/platform-root';
import { configReader } from '../toolchain';

const HANDLERS = [tables('sandbox-test')];
const OWNER = 'sandbox-system/installer';

function applied(tree: Tree, changes: readonly FileChange[]): Tree {
  const after = Object.entries(tree).filter(([path]) => changes.every((change) => change.path !== path));
  return Object.fromEntries([...after, ...changes.flatMap(({ path, after: bytes }) => (bytes ? [[path, bytes.toString('utf8')]] : []))]) as Tree;
}

function runtimes(dump: JsonMap): JsonMap {
  const plugins = dump.plugins as { [id: string]: { containerd?: { runtimes?: JsonMap } } };
  return Object.values(plugins).map((plugin) => plugin.containerd?.runtimes).find((found) => found !== undefined) ?? {};
}

function significant(value: AnyJson): AnyJson {
  if (Array.isArray(value) || typeof value !== 'object' || value instanceof Date) return value;
  const empty = (inner: unknown) => inner === '' || inner === 0 || inner === false || (typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, significant(inner)]).filter(([, inner]) => !empty(inner)));
}

/** A dump without our handler and `imports`. */
function withoutOurs(dump: JsonMap): AnyJson {
  const { imports, ...rest } = structuredClone(dump);
  delete runtimes(rest)['sandbox-test'];
  return significant(rest);
}

describe.each(PLATFORM_TREES.map((tree) => [tree.node, tree.containerd, tree] as const))('%s, judged by containerd %s', (_, version, tree) => {
  const { platform, files, start, reads = () => platform.configFile } = tree;
  let root: PlatformRoot;
  beforeAll(async () => { root = new PlatformRoot(await configReader(version)); });
  afterAll(() => root.remove());

  test('serves the handler and reads nothing else differently, and has every byte back at the end', async () => {
    const command = [root.containerd];
    const node = { platform, containerdVersion: await containerdVersion(command), owner: OWNER };
    const before = start(files);
    root.fill(before);
    const old = root.dump(reads(before));

    const carryOut = async (now: Tree, handlers: typeof HANDLERS) => {
      const changes = planContainerdChanges({ ...node, files: root.files, handlers });
      const read = asRead(platform, node.containerdVersion, { files: root.files, changes });
      expect(await validateContainerdChanges({ command, platform: onThisNode(platform, root.files), ...read, handlers })).toBe(true);
      const next = start(applied(now, changes));
      root.fill(next);
      return next;
    };
    const after = await carryOut(before, HANDLERS);
    const dump = root.dump(reads(after));
    expect(runtimes(dump)['sandbox-test']).toMatchObject({ runtime_path: '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1' });
    expect(withoutOurs(dump)).toEqual(withoutOurs(old));

    expect(await carryOut(after, [])).toEqual(before);
  });
});
