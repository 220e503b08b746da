import { Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform } from '../../../src';
import { editFile, editPlan, findingsOf, quickstart, synthesized, type Manifests } from '../fixture';

const RULE = 'gvisor-on-crio';

function crio(): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox');
    new NodeInstaller(chart, 'installer', { platform: NodePlatform.crio({ disableSelinux: true }) });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  });
}

beforeEach(() => jest.spyOn(console, 'warn').mockImplementation());
afterEach(() => jest.restoreAllMocks());

function errors(manifests: Manifests): string[] {
  return findingsOf(RULE, manifests).filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

test('accepts gVisor on CRI-O with SELinux off, and warns of that once', () => {
  expect(findingsOf(RULE, crio())).toMatchObject([{ severity: 'warning', message: expect.stringContaining('turns SELinux off for every container of its nodes') }]);
});

test('has nothing to say about containerd', () => {
  expect(findingsOf(RULE, quickstart())).toEqual([]);
});

test('reports a drop-in that leaves SELinux on', () => {
  const manifests = crio();
  editFile(manifests, 'runsc.crio.conf', 'selinux = false', 'selinux = true');
  expect(errors(manifests)).toEqual([expect.stringContaining('leaves SELinux on, with which gVisor starts no container; write selinux = false')]);
});

test('reports a plan after which CRI-O would not learn that SELinux is off', () => {
  const manifests = crio();
  editPlan(manifests, (plan) => { plan.platform.disablesSelinux = false; });
  expect(errors(manifests)).toEqual([expect.stringContaining('the plan does not say so (disablesSelinux)')]);
});

test.each<[string, (manifests: Manifests) => void]>([
  ['that is absent', (manifests) => editPlan(manifests, (plan) => { delete plan.runtimes[0].sharedConfig; })],
  ['at another place', (manifests) => editPlan(manifests, (plan) => { plan.runtimes[0].sharedConfig.path = '/etc/containerd/runsc.toml'; })],
  ['that says something else', (manifests) => editFile(manifests, 'runsc-shared.toml', 'grouping = true', 'grouping = false')],
])('reports a shared configuration %s', (_what, edit) => {
  const manifests = crio();
  edit(manifests);
  expect(errors(manifests)).toEqual([expect.stringContaining('finds no "grouping = true" in /etc/containerd/runsc/config.toml')]);
});
