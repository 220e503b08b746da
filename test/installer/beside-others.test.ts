import { Chart, Duration, Testing } from 'cdk8s';
import * as fc from 'fast-check';
import {
  ExistingHandlers, GVisorArtifacts, GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime, NodeInstaller, NodePlatform,
  type NodeInstallerProps,
} from '../../src';

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
  ['/opt/kata:4/config.d', {}, 'a container cannot mount "/opt/kata:4/config.d" of importedFolders, since it has a ":"; keep what is imported in'],
  ['/opt', {}, 'its container has /opt/sandbox-runtimes itself'],
  [KATA, { platform: NodePlatform.DOCKER }, `importedFolders has "${KATA}", and on nodes of the platform docker no file imports others; leave it out`],
])('the folder %s with %j is refused', (folder, props, message) => {
  expect(() => synth({ importedFolders: [folder], ...props })).toThrow(message);
});

describe('volumes of the host\'s folders', () => {
  const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
  const onNode = (folder: string) => (chart: Chart) => {
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, artifacts: GVisorArtifacts.onNode(folder) });
  };
  const volumeOf = (pod: any, path: string): any => pod.volumes.find(({ hostPath }: any) => hostPath?.path === path);

  function expectSound(pod: any, paths: readonly string[]) {
    const names = pod.volumes.map(({ name }: any) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name: string) => !NAME.test(name))).toEqual([]);
    for (const path of paths) {
      const { name } = volumeOf(pod, path);
      for (const container of ['install', 'watch']) expect(mountsOf(pod, container, path)).toEqual([expect.objectContaining({ name })]);
    }
  }

  test.each([
    ['too long for a name', ['/opt/a-vendor-with-a-very-long-name/and-its-product/containerd/config.d']],
    ['long, and the same but for the end', [`/opt/${'a'.repeat(70)}/b`, `/opt/${'a'.repeat(70)}/c`]],
    ['different only in what a name cannot have', ['/opt/a-b', '/opt/a_b', '/opt/A/b', '/opt/a/b']],
    ['ending with what a name cannot end with', ['/opt/kata_', '/opt/kata.']],
    ['called as such a volume', ['/opt/kata_', '/folder/0', '/folder/4', '/folder/8']],
  ])('have names that Kubernetes takes where folders are %s', (_what, folders) => {
    const { pod } = synth({ importedFolders: folders, driftCheckInterval: Duration.minutes(5) }, onNode(`${folders[0]}/gvisor`));
    expectSound(pod, [...folders, `${folders[0]}/gvisor`]);
  });

  test('have such names whatever the folders are', () => {
    const part = fc.oneof(fc.constantFrom('a', 'A', 'b', 'a-b', 'a_b', '-', '_'), fc.stringMatching(/^[A-Za-z0-9_.+-]{1,40}$/)).filter((one) => !/^\.+$/.test(one));
    const folder = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/opt/${parts.join('/')}`).filter((path) => !path.startsWith('/opt/sandbox-runtimes'));
    fc.assert(fc.property(fc.uniqueArray(folder, { minLength: 1, maxLength: 5 }), (folders) => {
      expectSound(synth({ importedFolders: folders, driftCheckInterval: Duration.minutes(5) }).pod, folders);
    }), { numRuns: 60 });
  });
});

describe('a folder that the installer has anyway', () => {
  const platform = NodePlatform.containerd({ configFile: '/opt/vendor/containerd/config.toml', dropInFile: '/opt/vendor/containerd/conf.d/sandbox-runtimes.toml' });

  test.each(['/opt/vendor/containerd', '/opt/vendor/containerd/conf.d'])('is refused where it is the main file\'s own, or below that: %s', (folder) => {
    expect(() => synth({ platform, importedFolders: [folder] }))
      .toThrow(`importedFolders has "${folder}", and the installer sees all of /opt/vendor/containerd, where the main file lies, anyway; leave it out`);
  });

  test('is fine beside it', () => {
    expect(synth({ platform, importedFolders: ['/opt/vendor/containerd.d'] }).platform.imported).toEqual(['/opt/vendor/containerd.d']);
  });

  test('is mounted once where it is that of the socket', () => {
    const { pod } = synth({ platform: NodePlatform.containerd({ socket: '/opt/vendor/run/containerd.sock' }), importedFolders: ['/opt/vendor/run'] });
    expect(mountsOf(pod, 'install', '/opt/vendor/run')).toHaveLength(1);
    expect(pod.volumes.filter(({ hostPath }: any) => hostPath?.path === '/opt/vendor/run')).toHaveLength(1);
  });
});
