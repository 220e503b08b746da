import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { PLATFORM_TREES } from './containerd/platform-trees';
import { FakeDaemons, FakeNode } from './fake-node';
import { hostTree } from './host-tree';
import { archiveServer, bundleOf } from './installation';
import { memoryFolder } from './memory-folder';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';
import { familiesOf, Units } from '../../agent/host/node-family';
import { install } from '../../agent/install';
import { requirePlatform } from '../../agent/steps/require-platform';
import { Run } from '../../agent/transaction';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { ContainerdPlatformPlan, PlatformPlan } from '../../src/installer/install-plan';
import { planHash } from '../../src/installer/plan-hash';
import { NODE_FAMILIES, OWN_CONTAINERD } from '../../src/platform/node-families';
import { NodePlatform } from '../../src/platform/node-platform';
import { platformRecords } from '../../src/platform/records';

const scratchFolder = scratchFolders(memoryFolder());
const server = archiveServer();

beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

interface UnitState { readonly load: string; readonly active: string }

/** A node of a kind, with all that nodes of this kind may have besides their marks. */
interface SomeNode {
  /** Undefined: one of the usual ones, which have no marks. */
  readonly family: string | undefined;
  readonly units: { readonly [unit: string]: UnitState };
  /** Path to content, or to `-> ` and what it is a link to. */
  readonly files: { readonly [path: string]: string };
}

const OS_RELEASE = '/host/usr/lib/os-release';
const OF_OS = Object.values(NODE_FAMILIES).flatMap(({ os = [] }) => os);
/** Systems whose nodes have no marks, some named like ones that have. */
const USUAL_OS = ['debian', 'ubuntu', 'amzn', 'fedora', 'sles', 'alpine', 'rhel', 'talosctl', 'cosmos', 'my-flatcar', 'flatcar-like', 'scos2'];

const quote = fc.constantFrom('', '"', "'");
const noiseLine = fc.constantFrom(
  'NAME="Flatcar Container Linux"', 'ID_LIKE=flatcar', 'ID_LIKE="talos cos"', 'VARIANT_ID=rhcos', 'BUILD_ID=bottlerocket', 'IMAGE_ID="flatcar"', '#ID=talos', ' ID=cos', 'PRETTY_NAME="ID=scos"', '',
);

/** An os-release as some system writes it: its lines in any order, its values in any quotes, a file or a link to one. */
function osRelease(id: fc.Arbitrary<string>): fc.Arbitrary<{ [path: string]: string }> {
  return fc.record({ id, quotes: quote, before: fc.array(noiseLine, { maxLength: 4 }), after: fc.array(noiseLine, { maxLength: 4 }), link: fc.boolean(), end: fc.constantFrom('\n', '') })
    .map(({ id: name, quotes, before, after, link, end }) => {
      const text = `${[...before, `ID=${quotes}${name}${quotes}`, ...after].join('\n')}${end}`;
      return link ? { [OS_RELEASE]: '-> os.release.d/some', [`${dirname(OS_RELEASE)}/os.release.d/some`]: text } : { [OS_RELEASE]: text };
    });
}

const runs = fc.record({ load: fc.constant('loaded'), active: fc.constantFrom('active', 'activating', 'reloading') });
const stands = fc.record({ load: fc.constantFrom('loaded', 'masked', 'not-found', 'error'), active: fc.constantFrom('inactive', 'failed', 'deactivating', 'maintenance') });
const unknown = fc.record({ load: fc.constantFrom('not-found', 'masked', 'error', 'bad-setting'), active: fc.constantFrom('inactive', 'failed') });
const known = fc.record({ load: fc.constant('loaded'), active: fc.constantFrom('active', 'inactive', 'failed') });

function unitsOf(family: string | undefined): fc.Arbitrary<{ [unit: string]: UnitState }> {
  const own = family === undefined ? undefined : NODE_FAMILIES[family];
  const states: { [unit: string]: fc.Arbitrary<UnitState> } = {};
  for (const { running = [], known: named = [] } of Object.values(NODE_FAMILIES)) {
    // What is only installed, or was once there, is no mark. Below a distribution with a containerd of its own anything may be.
    for (const unit of running) states[unit] = stands;
    for (const unit of named) states[unit] = family !== undefined && OWN_CONTAINERD.includes(family) ? fc.oneof(unknown, known) : unknown;
  }
  for (const unit of own?.known ?? []) states[unit] = known;
  const others = fc.record(states);
  const running = own?.running ?? [];
  if (!running.length) return others;
  return fc.tuple(others, fc.subarray([...running], { minLength: 1 }), fc.array(runs, { minLength: running.length, maxLength: running.length }))
    .map(([rest, chosen, active]) => ({ ...rest, ...Object.fromEntries(chosen.map((unit, index) => [unit, active[index]])) }));
}

/** What administrators, images and former installations leave: none of it is a mark. */
const LEFT_OVER: { readonly [path: string]: string } = {
  '/etc/rancher/k3s/config.yaml': 'token: x\n',
  '/var/lib/rancher/rke2/agent/etc/containerd/config.toml': 'version = 3\n',
  '/etc/k0s/containerd.toml': 'version = 3\n',
  '/var/snap/microk8s/current/args/containerd-template.toml': 'version = 3\n',
  '/etc/eks/nodeadm/config.yaml': '',
  '/etc/os-release': 'ID=talos\n',
  '/host/usr/bin/k3s': '#!/bin/sh\n',
  '/host/usr/lib/systemd/system/k0sworker.service': '[Service]\n',
  '/host/usr/share/containerd/config.toml': 'version = 3\n',
  '/host/usr/share/flatcar/release': 'ID=flatcar\n',
  '/etc/containerd/conf.d/nvidia.toml': 'version = 3\n',
};

function someOf(all: fc.Arbitrary<{ readonly [path: string]: string }>): fc.Arbitrary<{ [path: string]: string }> {
  return all.chain((tree) => fc.subarray(Object.keys(tree)).map((paths) => Object.fromEntries(paths.map((path) => [path, tree[path]]))));
}

function filesOf(family: string | undefined): fc.Arbitrary<{ [path: string]: string }> {
  const trees = PLATFORM_TREES.filter(({ platform }) => platform.family === family).map(({ files, start }) => start(files));
  const inPod = (tree: object) => Object.fromEntries(Object.entries(tree).map(([path, text]) => [path.replace(/^\/usr\//, '/host/usr/'), text as string]));
  const own = fc.constantFrom(...(trees.length ? trees.map(inPod) : [{ '/etc/containerd/config.toml': 'version = 3\n' }, {}]));
  // Any of its files may be missing.
  return fc.tuple(someOf(fc.constant(LEFT_OVER)), fc.oneof(own, someOf(own))).map(([left, tree]) => ({ ...left, ...tree }));
}

const someNode: fc.Arbitrary<SomeNode> = fc.constantFrom(undefined, ...Object.keys(NODE_FAMILIES)).chain((family) => {
  const os = family === undefined ? undefined : NODE_FAMILIES[family].os;
  const id = os ? fc.constantFrom(...os) : fc.constantFrom(...USUAL_OS, ...(family !== undefined && OWN_CONTAINERD.includes(family) ? OF_OS : []));
  const release = os ? osRelease(id) : fc.oneof(osRelease(id), fc.constant({}), fc.constant({ [OS_RELEASE]: '-> nothing' }));
  const files = fc.tuple(filesOf(family), release).map(([tree, named]) => ({ ...tree, ...named }));
  return fc.record({ family: fc.constant(family), units: unitsOf(family), files });
});

/** The node in a folder that is empty again with each call. */
function hostOf(root: string, { files }: SomeNode): Host {
  rmSync(root, { recursive: true, force: true });
  // The kubelet makes them for the mounts, whatever the node is.
  for (const folder of [HOST_LAYOUT.opt, HOST_LAYOUT.state]) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), join(root, path));
    else writeFileSync(join(root, path), content);
  }
  return new Host(root);
}

function systemdOf({ units }: SomeNode): Units {
  return {
    loadState: async (unit) => units[unit]?.load ?? 'not-found',
    activeState: async (unit) => units[unit]?.active ?? 'inactive',
  };
}

const DECLARED: readonly PlatformPlan[] = [NodePlatform.CONTAINERD._plan(), ...platformRecords().flatMap(({ plan }) => plan ?? [])];

test('a node is of its kind by its marks, whatever else is there, is missing, or is named like another one', async () => {
  const root = join(scratchFolder(), 'root');
  await fc.assert(fc.asyncProperty(someNode, async (node) => {
    expect(await familiesOf(hostOf(root, node), systemdOf(node))).toEqual(node.family === undefined ? [] : [node.family]);
  }), { numRuns: 500 });
});

test('an installer is let onto the nodes that it was declared for, and onto no others', async () => {
  const root = join(scratchFolder(), 'root');
  const declared = fc.constantFrom(...DECLARED.filter(({ restart }) => restart.kind === 'systemd'));
  await fc.assert(fc.asyncProperty(declared, someNode, async (platform, node) => {
    const families = await familiesOf(hostOf(root, node), systemdOf(node));
    const outcome = requirePlatform({ plan: { platform }, node: { families: async () => families } } as unknown as Run);
    if (platform.family === node.family) await expect(outcome).resolves.toBeUndefined();
    else await expect(outcome).rejects.toThrow(node.family === undefined ? /has none of the marks of a/ : `this is a ${node.family} node, and the platform of the installer is ${platform.name}`);
  }), { numRuns: 500 });
});

test('an installer for another kind of node writes nothing, on whatever is left of the tree of that node', async () => {
  const folder = scratchFolder();
  const root = join(folder, 'root');
  const declared = fc.constantFrom(...DECLARED.filter((plan): plan is ContainerdPlatformPlan => plan.kind === undefined));
  await fc.assert(fc.asyncProperty(declared, someNode, async (platform, node) => {
    fc.pre(platform.family !== node.family);
    const host = hostOf(root, node);
    const before = hostTree(root);
    const bundle = bundleOf(server);
    bundle['plan.json'] = JSON.stringify({ ...JSON.parse(bundle['plan.json']), platform });
    // Without a restart by systemd the units are not looked at.
    const families = await familiesOf(host, platform.restart.kind === 'systemd' ? systemdOf(node) : undefined);
    const run = await install({
      env: { PLAN_HASH: planHash(bundle) },
      bundle: write(join(folder, 'bundle'), bundle),
      shared: write(join(folder, 'shared'), {}),
      host,
      node: () => Object.assign(new FakeNode({ host, platform, daemons: new FakeDaemons() }), { families: async () => families }),
      terminationLog: join(folder, 'last-words'),
    });
    const verdict = JSON.parse(new Host(join(folder, 'shared')).read('/verdict.json')!.toString());
    expect([run, verdict.handlers]).toEqual([0, [expect.objectContaining({ verdict: 'failed', step: 'preflight' })]]);
    expect(hostTree(root)).toEqual(before);
  }), { numRuns: 150 });
});

function write(folder: string, files: { readonly [path: string]: string }): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
