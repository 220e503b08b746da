import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, type NodeInstallerProps } from '../../src';
import type { InstallPlan } from '../../src/installer/install-plan';
import { NODE_FAMILIES } from '../../src/platform/node-families';
import { platformRecords } from '../../src/platform/records';

const PLATFORMS = Object.values(NodePlatform).filter((value): value is NodePlatform => value instanceof NodePlatform);
const INSTALLED = platformRecords().filter(({ plan }) => plan);

function installed(platform: NodePlatform, props: NodeInstallerProps = {}) {
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  const installer = new NodeInstaller(chart, 'installer', { platform, ...props });
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  app.synthYaml();
  const child = (id: string) => (installer.node.findChild(id) as any).toJson();
  return { plan: JSON.parse(child('Plan').data['plan.json']) as InstallPlan, pod: child('DaemonSet').spec.template.spec };
}

const platformOf = (name: string) => PLATFORMS.find((platform) => platform.name === name)!;

test('every record has a name and facts from somewhere, and either a plan or a reason why there is none', () => {
  expect(new Set(PLATFORMS.map(({ name }) => name)).size).toBe(PLATFORMS.length);
  for (const { name, plan, refusal, sources } of platformRecords()) {
    expect({ name, planned: plan?.name ?? name, refused: refusal !== undefined }).toEqual({ name, planned: name, refused: plan === undefined });
    expect(sources).toEqual(expect.arrayContaining([expect.stringMatching(/^https:\/\//)]));
  }
});

test('a node that is told to use a platform by its marks is of the kind that this platform is for, and no plan names a kind without marks', () => {
  const told = Object.entries(NODE_FAMILIES)
    .flatMap(([family, { advice }]) => [...advice.matchAll(/\bNodePlatform\.(\w+)/g)].map(([, member]) => [family, member]));
  const members = new Map(Object.entries(NodePlatform));
  expect(told.map(([, member]) => [members.get(member)?._plan().family, member])).toEqual(told);
  expect(INSTALLED.filter(({ plan }) => plan!.family !== undefined && !told.some(([family]) => family === plan!.family))).toEqual([]);
});

describe.each(INSTALLED.map(({ name }) => [name, platformOf(name)._hostFolders()] as const))('%s', (name, folders) => {
  const { plan, pod } = installed(platformOf(name));
  const mounted: any[] = pod.volumes.filter((volume: any) => volume.hostPath);
  const hostPaths = Object.fromEntries(mounted.map(({ hostPath }) => [hostPath.path, hostPath.type]));

  test('is planned as its record says, and lines up', () => {
    expect(plan.platform).toEqual(INSTALLED.find((record) => record.name === name)!.plan);
  });

  test('mounts its folders and ours, of which nothing is made that such nodes have', () => {
    const made = folders.readWrite.filter((path) => !folders.existing.includes(path));
    expect(hostPaths).toEqual({
      ...Object.fromEntries([...made, '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'].map((path) => [path, 'DirectoryOrCreate'])),
      ...Object.fromEntries([...folders.existing, ...folders.readOnly, '/usr'].map((path) => [path, 'Directory'])),
    });
  });

  test('lets containerd make its default state folder when a configuration is tried, also where its sockets are elsewhere', () => {
    const install = pod.initContainers.find((container: any) => container.name === 'install');
    const ownFolder = install.volumeMounts.find(({ mountPath }: any) => mountPath === '/run/containerd');
    const isOwn = pod.volumes.some((volume: any) => volume.name === ownFolder?.name && volume.emptyDir);
    expect(isOwn).toBe(plan.platform.kind === undefined && !folders.readOnly.includes('/run/containerd'));
    expect(ownFolder !== undefined).toBe(plan.platform.kind === undefined);
  });

  test('has no braces that a template language would read', () => {
    expect(JSON.stringify(plan)).not.toContain('{{');
  });
});

test.each(['K3S', 'RKE2'] as const)('servers of %s are restarted one at a time', (member) => {
  expect(() => installed(NodePlatform[member], { maxConcurrentNodes: 2 })).toThrow(`NodePlatform.${member}_AGENT`);
  expect(() => installed(NodePlatform[`${member}_AGENT`], { maxConcurrentNodes: 5 })).not.toThrow();
});

test.each(platformRecords().filter(({ plan }) => !plan))('an installer for $name is refused with its reason', ({ name, title, refusal }) => {
  expect(() => installed(platformOf(name))).toThrow(`there is no installer for ${title}: ${refusal}`);
});

test.each([
  ['TALOS', /render --platform talos prints the documents/],
  ['GKE', /SandboxRuntime\.fromRuntimeClassName\(scope, id, 'gvisor'\)/],
  ['AKS', /SandboxRuntime\.fromRuntimeClassName\(scope, id, 'kata-vm-isolation'\)/],
  ['BOTTLEROCKET', /NodePlatform\.EKS_AL2023/],
  ['OPENSHIFT', /install the operator for sandboxed containers/],
  ['WINDOWS', /a pool of Linux nodes/],
] as const)('the reason for which there is no installer for %s says what to use', (member, says) => {
  expect(() => installed(NodePlatform[member])).toThrow(says);
});

test('k0s gets no socket of systemd, since nothing is restarted there', () => {
  expect(JSON.stringify(installed(NodePlatform.K0S).pod)).not.toContain('/run/systemd');
});
