import { join } from 'node:path';
import { FakeDaemons, FakeNode } from './fake-node';
import { hostTree } from './host-tree';
import { archiveServer, bundleOf, Installation } from './installation';
import { scratchFolders } from './scratch-folder';
import { Host } from '../../agent/host/host';
import { familiesOf, Units } from '../../agent/host/node-family';
import { install } from '../../agent/install';
import { ContainerdPlatformPlan } from '../../src/installer/install-plan';
import { planHash } from '../../src/installer/plan-hash';
import { NODE_FAMILIES } from '../../src/platform/node-families';
import { NodePlatform } from '../../src/platform/node-platform';
import { platformRecords } from '../../src/platform/records';

const scratchFolder = scratchFolders();
const server = archiveServer();

beforeEach(() => void jest.spyOn(console, 'log').mockReturnValue());

/** A systemd that has these units and runs them, and no others. */
function unitsOf(units: readonly string[]): Units {
  return {
    loadState: async (unit) => (units.includes(unit) ? 'loaded' : 'not-found'),
    activeState: async (unit) => (units.includes(unit) ? 'active' : 'inactive'),
  };
}

/** The marks of a node of some kind. */
function marksOf(family: string | undefined): { units: string[]; os: string } {
  const { running = [], known = [], os = ['debian'] } = family === undefined ? {} : NODE_FAMILIES[family];
  return { units: [...running.slice(0, 1), ...known], os: os[0] };
}

function hostOf(folder: string, os: string): Host {
  const installation = new Installation(folder);
  installation.put('/host/usr/lib/os-release', `NAME="A Linux"\nID=${os}\nID_LIKE=debian\n`);
  return new Host(installation.root);
}

const DECLARED = [NodePlatform.CONTAINERD._plan(), ...platformRecords().flatMap(({ plan }) => plan ?? [])];
const ACTUAL = [undefined, ...Object.keys(NODE_FAMILIES)];

describe.each(ACTUAL.map((family) => [family ?? 'usual', family] as const))('a node that is %s', (_, actual) => {
  test('is known by its marks', async () => {
    const { units, os } = marksOf(actual);
    expect(await familiesOf(hostOf(scratchFolder(), os), unitsOf(units))).toEqual(actual === undefined ? [] : [actual]);
  });

  test.each(DECLARED.filter(({ family }) => family !== actual).map((declared) => [declared.name, declared] as const))(
    'is not touched by an installer for %s', async (name, declared) => {
      const marks = marksOf(actual);
      // Without a restart by systemd the units are not looked at.
      const units = declared.restart.kind === 'systemd' ? unitsOf(marks.units) : undefined;
      const folder = scratchFolder();
      const host = hostOf(folder, marks.os);
      const bundle = bundleOf(server);
      bundle['plan.json'] = JSON.stringify({ ...JSON.parse(bundle['plan.json']), platform: declared });
      const before = hostTree(host.root);
      const mounted = join(folder, 'bundle');
      writeBundle(mounted, bundle);
      const node = (platform: ContainerdPlatformPlan) => Object.assign(
        new FakeNode({ host, platform, daemons: new FakeDaemons() }),
        { families: async () => familiesOf(host, units) },
      );
      const code = await install({
        env: { PLAN_HASH: planHash(bundle) }, bundle: mounted, shared: join(folder, 'shared'), host, node: node as never, terminationLog: join(folder, 'last-words'),
      });
      expect(code).toBe(0);
      const verdict = JSON.parse(new Host(join(folder, 'shared')).read('/verdict.json')!.toString());
      expect(verdict.handlers).toEqual([expect.objectContaining({ verdict: 'failed', step: 'preflight' })]);
      expect(verdict.handlers[0].reason).toMatch(actual === undefined || !units ? /./ : new RegExp(`this is a ${actual} node, and the platform of the installer is ${name}`));
      expect(hostTree(host.root)).toEqual(before);
    });
});

function writeBundle(folder: string, bundle: { readonly [name: string]: string }): void {
  const written = new Host(folder);
  for (const [name, content] of Object.entries(bundle)) {
    written.makeDirectories(`/${name.split('/').slice(0, -1).join('/')}`);
    written.write(`/${name}`, content, 0o644);
  }
  new Host(join(folder, '..', 'shared')).makeDirectories('/');
}

test('a distribution with a containerd of its own counts for more than the operating system below it', async () => {
  expect(await familiesOf(hostOf(scratchFolder(), 'flatcar'), unitsOf(['k3s.service']))).toEqual(['k3s']);
});

test('a unit that is installed and does not run is no mark of what runs', async () => {
  const stopped: Units = { loadState: async () => 'loaded', activeState: async () => 'inactive' };
  expect(await familiesOf(hostOf(scratchFolder(), 'debian'), stopped)).toEqual(['eks', 'kind', 'minikube']);
});
