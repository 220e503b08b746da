import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, type NodeInstallerProps } from '../../src';
import type { InstallPlan } from '../../src/installer/install-plan';
import { PLATFORM_RECORDS } from '../../src/platform/records';

const PLATFORMS = Object.values(NodePlatform).filter((value): value is NodePlatform => value instanceof NodePlatform);
const INSTALLED = PLATFORM_RECORDS.filter(({ plan }) => plan);

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

test('every record is a member of NodePlatform, and has its facts from somewhere', () => {
  expect(PLATFORM_RECORDS.filter(({ name }) => !platformOf(name))).toEqual([]);
  for (const { sources } of PLATFORM_RECORDS) expect(sources).toEqual(expect.arrayContaining([expect.stringMatching(/^https:\/\//)]));
});

describe.each(INSTALLED.map(({ name, folders }) => [name, folders] as const))('%s', (name, folders) => {
  const { plan, pod } = installed(platformOf(name));
  const mounted: any[] = pod.volumes.filter((volume: any) => volume.hostPath);
  const hostPaths = Object.fromEntries(mounted.map(({ hostPath }) => [hostPath.path, hostPath.type]));

  test('is planned as its record says, and lines up', () => {
    expect(plan.platform).toEqual(INSTALLED.find((record) => record.name === name)!.plan);
  });

  test('mounts its folders and ours, of which nothing is made that such nodes have', () => {
    const made = folders!.readWrite.filter((path) => !folders!.existing?.includes(path));
    expect(hostPaths).toEqual({
      ...Object.fromEntries([...made, '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'].map((path) => [path, 'DirectoryOrCreate'])),
      ...Object.fromEntries([...folders!.existing ?? [], ...folders!.readOnly, '/usr'].map((path) => [path, 'Directory'])),
    });
  });

  test('has no braces that a template language would read', () => {
    expect(JSON.stringify(plan)).not.toContain('{{');
  });
});

test.each(['K3S', 'RKE2'] as const)('servers of %s are restarted one at a time', (member) => {
  expect(() => installed(NodePlatform[member], { maxConcurrentNodes: 2 })).toThrow(`NodePlatform.${member}_AGENT`);
  expect(() => installed(NodePlatform[`${member}_AGENT`], { maxConcurrentNodes: 5 })).not.toThrow();
});

test.each([
  ['TALOS', /render --platform talos prints the documents/],
  ['GKE', /SandboxRuntime\.fromRuntimeClassName\(scope, id, 'gvisor'\)/],
  ['AKS', /SandboxRuntime\.fromRuntimeClassName\(scope, id, 'kata-vm-isolation'\)/],
  ['BOTTLEROCKET', /NodePlatform\.EKS_AL2023/],
  ['OPENSHIFT', /install the operator for sandboxed containers/],
  ['WINDOWS', /a pool of Linux nodes/],
] as const)('an installer for %s is refused with a reason and what to use', (member, says) => {
  expect(() => installed(NodePlatform[member])).toThrow(says);
});

test('k0s gets no socket of systemd, since nothing is restarted there', () => {
  expect(JSON.stringify(installed(NodePlatform.K0S).pod)).not.toContain('/run/systemd');
});
