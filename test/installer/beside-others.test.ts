import { Chart, Duration, Testing } from 'cdk8s';
import { ExistingHandlers, GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime, NodeInstaller, NodePlatform, type NodeInstallerProps } from '../../src';

jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("runs /sandbox-runtimes/agent.js");\n' }));

const KATA = '/opt/kata/containerd/config.d';

function synth(props: NodeInstallerProps = {}, build: (chart: Chart) => void = (chart) => void new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 })) {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', props);
  build(chart);
  const objects = Testing.synth(chart);
  const { platform } = JSON.parse(objects.find(({ kind, data }) => kind === 'ConfigMap' && data['plan.json']).data['plan.json']);
  return { platform, pod: objects.find(({ kind }) => kind === 'DaemonSet').spec.template.spec };
}

const mountsOf = (pod: any, name: string, path: string) => [...pod.initContainers, ...pod.containers]
  .find((container: any) => container.name === name).volumeMounts.filter(({ mountPath }: any) => mountPath === path);

test('nothing of others is adopted or looked at elsewhere unless it is said', () => {
  const { platform } = synth();
  expect(platform).toEqual(NodePlatform.CONTAINERD._plan());
  expect(synth({ existingHandlers: ExistingHandlers.REFUSE, importedFolders: [] }).platform).toEqual(platform);
});

test('ADOPT changes the plan of the platform and nothing else in the Pod', () => {
  const { platform, pod } = synth({ existingHandlers: ExistingHandlers.ADOPT });
  expect(platform).toEqual({ ...NodePlatform.CONTAINERD._plan(), adopts: true });
  expect(JSON.stringify(pod.volumes)).toBe(JSON.stringify(synth().pod.volumes));
});

test.each(['CONTAINERD', 'EKS_AL2023', 'KIND', 'MINIKUBE'] as const)('tables are adopted on %s', (member) => {
  expect(synth({ platform: NodePlatform[member], existingHandlers: ExistingHandlers.ADOPT }).platform).toMatchObject({ adopts: true });
});

test.each(['K3S', 'RKE2_AGENT', 'K0S', 'MICROK8S', 'FLATCAR', 'DOCKER', 'CRIO'] as const)('nothing is adopted on %s, where no drop-in lies over the tables of others', (member) => {
  const build = (chart: Chart) => void new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0 });
  expect(() => synth({ platform: NodePlatform[member], existingHandlers: ExistingHandlers.ADOPT }, build))
    .toThrow(`existingHandlers is ADOPT, and on nodes of the platform ${NodePlatform[member].name} no drop-in lies over the tables of others; leave it out`);
});

test('folders that the main file imports from are mounted read-only, for install and for watch, and made where they are missing', () => {
  const { platform, pod } = synth({ importedFolders: [KATA, KATA], driftCheckInterval: Duration.minutes(5) });
  expect(platform.imported).toEqual([KATA]);
  expect(pod.volumes.filter(({ hostPath }: any) => hostPath?.path === KATA)).toEqual([
    { name: 'host-opt-kata-containerd-config-d', hostPath: { path: KATA, type: 'DirectoryOrCreate' } },
  ]);
  for (const name of ['install', 'watch']) {
    expect(mountsOf(pod, name, KATA)).toEqual([{ name: 'host-opt-kata-containerd-config-d', mountPath: KATA, readOnly: true, recursiveReadOnly: 'IfPossible' }]);
  }
});

test('they may lie in the folder of a release that is on the node', () => {
  const build = (chart: Chart) => void new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.onNode(), suffix: 'ours' });
  const { pod } = synth({ importedFolders: [KATA] }, build);
  expect([...mountsOf(pod, 'install', '/opt/kata'), ...mountsOf(pod, 'install', KATA)]).toHaveLength(2);
});

test.each([
  ['/opt/kata/', {}, 'the folder of importedFolders must be an absolute path'],
  ['/etc/nvidia', {}, 'the installer cannot mount "/etc/nvidia" of importedFolders, since its container has /etc itself; keep what is imported in a folder of its own such as'],
  ['/opt', {}, 'its container has /opt/sandbox-runtimes itself'],
  [KATA, { platform: NodePlatform.DOCKER }, `importedFolders has "${KATA}", and on nodes of the platform docker no file imports others; leave it out`],
])('the folder %s with %j is refused', (folder, props, message) => {
  expect(() => synth({ importedFolders: [folder], ...props })).toThrow(message);
});
