import { Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataArtifacts, NodeInstaller, NodePlatform } from '../../../src';
import { container, editPlan, installerPod, messagesOf, quickstart, synthesized } from '../fixture';
import { kata } from '../kata-fixture';

const RULE = 'installer-mounts';

function mount(manifests: any[], path: string): any {
  return container(manifests, 'install').volumeMounts.find(({ mountPath }: { mountPath: string }) => mountPath === path);
}

test('accepts host folders that are mounted at their own path and cover the plan', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('reports a host folder that is mounted elsewhere', () => {
  const manifests = quickstart();
  mount(manifests, '/etc/containerd').mountPath = '/host/etc/containerd';
  expect(messagesOf(RULE, manifests)).toEqual(['the container install mounts the host\'s /etc/containerd at /host/etc/containerd; the agent looks for it at /etc/containerd']);
});

test('reports /usr at its own path, where it would hide the image\'s', () => {
  const manifests = quickstart();
  mount(manifests, '/host/usr').mountPath = '/usr';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the agent looks for it at /host/usr')]);
});

test.each(['configFile', 'dropInFile'])('reports a %s outside of the mounted folders', (field) => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.platform[field] = '/etc/other/config.toml'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('install writes /etc/other/config.toml, but mounts no host folder above it for writing; mounted are /etc/containerd, ')]);
});

test('reports a folder that the main file imports from and that cannot be seen', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.platform.imported = ['/opt/kata/containerd/config.d']));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('install needs /opt/kata/containerd/config.d, but mounts no host folder above it')]);
});

test('does not take a folder for one whose name only begins alike', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.platform.configFile = '/etc/containerd-other/config.toml'));
  expect(messagesOf(RULE, manifests)).toHaveLength(1);
});

test('reports a folder that is written to but mounted read-only', () => {
  const manifests = quickstart();
  mount(manifests, '/opt/sandbox-runtimes').readOnly = true;
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('install writes /opt/sandbox-runtimes/config/'), expect.stringContaining('install writes /opt/sandbox-runtimes/gvisor/')]);
});

test('reports a socket that is not in a mounted folder', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.platform.socket = '/run/crio/crio.sock'));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('install needs /run/crio/crio.sock')]);
});

test('reports containers that do not share the verdict', () => {
  const manifests = quickstart();
  container(manifests, 'admit').volumeMounts[1].mountPath = '/run/other';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the container admit mounts no emptyDir at /run/sandbox-runtimes')]);
});

test('reports an installer without room to try the configuration out', () => {
  const manifests = quickstart();
  mount(manifests, '/tmp').mountPath = '/scratch';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('install mounts no emptyDir at /tmp')]);
});

test('reports an installer whose containerd could not make its default state folder', () => {
  const manifests = synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', { platform: NodePlatform.MICROK8S });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  });
  expect(messagesOf(RULE, manifests)).toEqual([]);
  const { volumeMounts } = container(manifests, 'install');
  volumeMounts.splice(volumeMounts.indexOf(mount(manifests, '/run/containerd')), 1);
  expect(messagesOf(RULE, manifests)).toEqual(['install mounts nothing at /run/containerd, which containerd 1.7 to 2.2 makes when a configuration is tried; mount an emptyDir there']);
});

test('reports an installer that does not install', () => {
  const manifests = quickstart();
  installerPod(manifests).initContainers.pop();
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('there is no container "install" among claim, admit')]);
});

test.each<[string, (pod: any) => void, string]>([
  ['is not mounted', (pod) => { pod.volumes = pod.volumes.filter(({ name }: any) => name !== 'host-opt-kata'); }, 'does not mount it; mount it read-only'],
  ['could be written to', (pod) => {
    delete pod.initContainers.find(({ name }: any) => name === 'install').volumeMounts.find(({ name }: any) => name === 'host-opt-kata').readOnly;
  }, 'mounts it for writing; mount it read-only'],
])('reports a release on the node that %s', (_what, edit, message) => {
  const manifests = kata({ artifacts: KataArtifacts.onNode() });
  expect(messagesOf(RULE, manifests)).toEqual([]);
  edit(installerPod(manifests));
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining(message));
});
