import { tables } from './fixtures';
import { PLATFORM_TREES, Tree } from './platform-trees';
import { asRead, onThisNode } from '../../../agent/containerd/config-as-read';
import { HostFiles, withFiles } from '../../../agent/containerd/host-files';
import { installedHandlers } from '../../../agent/containerd/installed-handlers';
import { loadConfig, mergedContent } from '../../../agent/containerd/loaded-config';
import { ContainerdTables, planContainerdChanges } from '../../../agent/containerd/plan-changes';
import { runtimesOf } from '../../../agent/containerd/runtime-tables';
import { FileChange } from '../../../agent/file-change';
import { Refusal } from '../../../agent/refusal';
import { ContainerdPlatformPlan } from '../../../src/installer/install-plan';
import { CONTAINERD_TABLES } from '../../../src/platform/containerd-tables';
import { platformRecords } from '../../../src/platform/records';

const VERSIONS = { 1.7: '1.7.35', 2.1: '2.1.9', 2.2: '2.2.9', 2.3: '2.3.7' };
const OWNER = 'sandbox-system/installer';

function filesOf(tree: Tree): HostFiles {
  const none: HostFiles = { read: () => undefined, list: () => [], sees: () => true };
  return withFiles(none, new Map(Object.entries(tree).map(([path, text]) => [path, Buffer.from(text)])));
}

function applied(tree: Tree, changes: readonly FileChange[]): Tree {
  const after: { [path: string]: string } = { ...tree };
  for (const { path, after: bytes } of changes) {
    if (bytes) after[path] = bytes.toString('utf8'); else delete after[path];
  }
  return after;
}

type Handlers = readonly ContainerdTables[];

function planOf(platform: ContainerdPlatformPlan, containerdVersion: string, tree: Tree, handlers: Handlers, owner = OWNER): FileChange[] {
  return planContainerdChanges({ platform, containerdVersion, files: filesOf(tree), handlers, owner });
}

/** The runtimes that a containerd reads, wherever they stand. */
function runtimesIn(files: HostFiles, mainFile: string): string[] {
  const content = mergedContent(loadConfig(files, mainFile));
  return Object.values(CONTAINERD_TABLES).flatMap((section) => Object.keys(runtimesOf(content, section) ?? {})).sort();
}

describe.each(PLATFORM_TREES.map((tree) => [tree.node, tree] as const))('%s', (_, { platform, containerd, files, start, reads = () => platform.configFile }) => {
  const version = VERSIONS[containerd];
  const before = start(files);
  const handlers = [tables('runsc')];
  const changes = planOf(platform, version, before, handlers);
  const after = start(applied(before, changes));

  test('serves the handler beside what was there, once the node has started again', () => {
    expect(runtimesIn(filesOf(after), reads(after))).toEqual([...runtimesIn(filesOf(before), reads(before)), 'runsc'].sort());
    expect(installedHandlers(onThisNode(platform, filesOf(after)), filesOf(after))).toEqual(['runsc']);
  });

  test('is tried with what containerd will read then', () => {
    const read = asRead(platform, version, { files: filesOf(before), changes });
    const tried = withFiles(read.files, new Map(read.changes.map(({ path, after: bytes }) => [path, bytes])));
    expect(mergedContent(loadConfig(tried, platform.configFile))).toEqual(mergedContent(loadConfig(filesOf(after), reads(after))));
  });

  test('has nothing to do a second time', () => {
    expect(planOf(platform, version, after, handlers)).toEqual([]);
  });

  test('follows another release, and a second handler', () => {
    const wanted = [tables('runsc', '20261005.0'), tables('runsc-kvm', '20261005.0')];
    const next = start(applied(after, planOf(platform, version, after, wanted)));
    expect(runtimesIn(filesOf(next), reads(next))).toEqual(expect.arrayContaining(['runsc', 'runsc-kvm']));
    expect(JSON.stringify(next)).toContain('/20261005.0/');
    expect(JSON.stringify(next)).not.toContain('/opt/sandbox-runtimes/gvisor/20260928.0/');
  });

  test('has every byte back when it is taken back', () => {
    expect(start(applied(after, planOf(platform, version, after, [])))).toEqual(before);
  });

  test('is refused to another installer', () => {
    expect(() => planOf(platform, version, after, handlers, 'other/installer')).toThrow(/has the runtime tables of the installer sandbox-system\/installer/);
  });

  test('keeps a handler of somebody else', () => {
    const taken = runtimesIn(filesOf(before), reads(before))[0];
    if (taken) expect(() => planOf(platform, version, before, [tables(taken)])).toThrow(Refusal);
  });

  test('writes nothing with braces that a template language would read, but in a template', () => {
    for (const { path, after: bytes } of changes) if (!path.endsWith('.tmpl')) expect(bytes?.toString()).not.toContain('{'.repeat(2));
  });
});

test('every platform has a tree of its own', () => {
  const kinds = platformRecords().flatMap(({ plan }) => (plan && plan.kind === undefined ? plan.family ?? plan.name : []));
  expect(new Set(PLATFORM_TREES.map(({ platform }) => platform.family ?? platform.name))).toEqual(new Set(kinds));
});

function treeOf(node: string) {
  return PLATFORM_TREES.find((tree) => tree.node === node)!;
}

test('k3s gets a template only where drop-ins are not imported, and with its own base', () => {
  const { platform, files } = treeOf('k3s that imports nothing');
  const [template, ...others] = planOf(platform, '2.2.9', files, [tables('runsc')]);
  expect(others).toEqual([]);
  expect(template.path).toBe('/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.tmpl');
  expect(template.after!.toString().split('\n').slice(0, 3)).toEqual([
    '# Created by sandbox-runtimes for sandbox-system/installer; removed with it if nothing else is in here.',
    '{{ template "base" . }}',
    '# BEGIN sandbox-runtimes sandbox-system/installer',
  ]);
});

test('a template that would take away the line before our block is refused', () => {
  const { platform, files, start } = treeOf('k3s that imports nothing');
  const trimming = { ...start(files), '/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.tmpl': '{{ template "base" . }}\n{{ if true }}{{ end -}}\n' };
  expect(() => planOf(platform, '2.2.9', trimming, [tables('runsc')])).toThrow(/ends with an action that takes away what comes after it/);
});

test('when k3s begins to import drop-ins, the block moves there and the template that we made goes', () => {
  const old = treeOf('k3s that imports nothing');
  const installed = old.start(applied(old.files, planOf(old.platform, '2.2.9', old.files, [tables('runsc')])));
  const { start, platform } = treeOf('k3s whose file imports drop-ins');
  const updated = start(installed);
  const moved = start(applied(updated, planOf(platform, '2.2.9', updated, [tables('runsc')])));
  expect(Object.keys(moved).filter((path) => path.endsWith('.tmpl'))).toEqual([]);
  expect(runtimesIn(filesOf(moved), platform.configFile)).toContain('runsc');
});

test.each([
  ['k0s 1.36', '# k0s_managed=true', '# mine', /does not begin with "# k0s_managed=true"/],
  ['k0s 1.35', '# k0s_managed=true', '# k0s_managed=false', /does not begin with "# k0s_managed=true"/],
  ['k0s 1.36', 'containerd.d/*.toml', 'elsewhere/*.toml', /does not import \/etc\/k0s\/containerd\.d\/sandbox-runtimes\.toml/],
])('on %s with "%s" changed to "%s" nothing is written', (node, from, to, says) => {
  const { platform, files, containerd } = treeOf(node);
  const changed = { ...files, [platform.configFile]: files[platform.configFile].replace(from, to) };
  expect(() => planOf(platform, VERSIONS[containerd], changed, [tables('runsc')])).toThrow(says);
});

test('Flatcar is told to read the copy, and the copy follows the image', () => {
  const { platform, files, start } = treeOf('Flatcar');
  const installed = applied(files, planOf(platform, '2.2.9', files, [tables('runsc')]));
  expect(installed[platform.copied!.unitDropIn]).toContain('[Service]\nEnvironment=CONTAINERD_CONFIG=/etc/containerd/config.toml\n');
  const updated = { ...installed, [platform.copied!.original]: `${files[platform.copied!.original]}[metrics]\naddress = "127.0.0.1:1338"\n` };
  const followed = start(applied(updated, planOf(platform, '2.2.9', updated, [tables('runsc')])));
  expect(followed['/etc/containerd/config.toml']).toContain('127.0.0.1:1338');
});

test("an operator's own copy on Flatcar is extended as any other main file", () => {
  const { platform, files } = treeOf('Flatcar');
  const own = { ...files, '/etc/containerd/config.toml': 'version = 2\n' };
  const changes = planOf(platform, '2.2.9', own, [tables('runsc')]);
  expect(changes.map(({ path }) => path)).toEqual(['/etc/containerd/conf.d/sandbox-runtimes.toml', '/etc/containerd/config.toml']);
});

test('nodeadm writes the file of EKS anew at a boot, and the next run of the installer repairs it', () => {
  const { platform, files } = treeOf('EKS with AL2023');
  const installed = applied(files, planOf(platform, '2.2.9', files, [tables('runsc')]));
  const rebooted = { ...installed, ...files };
  expect(runtimesIn(filesOf(rebooted), platform.configFile)).not.toContain('runsc');
  const repaired = applied(rebooted, planOf(platform, '2.2.9', rebooted, [tables('runsc')]));
  expect(repaired).toEqual(installed);
});
