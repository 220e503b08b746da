import { Chart, Duration, Testing } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KubeletSettings, NodeInstaller } from '../../src';
import { checkLineUp } from '../../src/lineup/line-up';
import { container, editPlan, installerPod, messagesOf } from '../lineup/fixture';

const DEFAULTS = '/etc/default/kubelet';
const FLAGS = '/var/lib/kubelet/kubeadm-flags.env';

function synth(): any[] {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', { kubelet: new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15), environmentFiles: [FLAGS, DEFAULTS] }) });
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  return Testing.synth(chart);
}

test('install sees each file with the kubelet\'s arguments by itself, read-only, and nothing beside it', () => {
  const objects = synth();
  const volumes = installerPod(objects).volumes.filter(({ hostPath }: any) => hostPath?.type === 'File');
  expect(volumes.map(({ hostPath }: any) => hostPath.path)).toEqual([DEFAULTS, FLAGS]);
  for (const { name, hostPath: { path } } of volumes) {
    expect(container(objects, 'install').volumeMounts.filter((mount: any) => mount.name === name)).toEqual([
      { name, mountPath: path, readOnly: true, recursiveReadOnly: 'IfPossible' },
    ]);
    for (const other of ['claim', 'admit'] as const) {
      expect(container(objects, other).volumeMounts.map((mount: any) => mount.name)).not.toContain(name);
    }
  }
});

test('the line-up check knows these mounts', () => {
  expect(checkLineUp(synth()).findings).toEqual([]);
});

test.each<[string, (objects: any[], volume: any) => void]>([
  ['is not mounted', (objects) => editPlan(objects, (plan) => plan.kubelet.environmentFiles.push('/etc/sysconfig/kubelet'))],
  ['is mounted with its folder', (_, volume) => (volume.hostPath = { path: '/etc/default', type: 'Directory' })],
  ['may be a folder', (_, volume) => (volume.hostPath.type = '')],
  ['can be written to', (objects, volume) => {
    delete container(objects, 'install').volumeMounts.find(({ name }: any) => name === volume.name).readOnly;
  }],
])('a file that %s is reported', (_, change) => {
  const objects = synth();
  change(objects, installerPod(objects).volumes.find(({ hostPath }: any) => hostPath?.path === DEFAULTS));
  expect(messagesOf('installer-mounts', objects)).toContainEqual(expect.stringMatching(/^install looks through .*kubelet, but does not mount this one file read-only/));
});
