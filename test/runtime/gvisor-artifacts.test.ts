import { parse } from '@iarna/toml';
import { Chart, Testing } from 'cdk8s';
import {
  DesiredState, GVisorArtifacts, GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime, NodeInstaller, NodePlatform,
  type GVisorRuntimeProps, type NodeInstallerProps,
} from '../../src';
import type { DownloadedArtifactPlan, InstallPlan } from '../../src/installer/install-plan';

// The agent's program is not built where only these tests run.
jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("runs /sandbox-runtimes/agent.js");\n' }));

const IMAGE = `registry.example/gvisor-release:20261005.0@sha256:${'cd'.repeat(32)}`;
const COPIES = '/copies/cdcdcdcdcdcd';

function synthesized(build: (chart: Chart) => void): { pod: any; plan: InstallPlan; files: any } {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  build(chart);
  const manifests = Testing.synth(chart);
  const data = (suffix: string) => manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith(suffix)).data;
  return { pod: manifests.find(({ kind }) => kind === 'DaemonSet').spec.template.spec, plan: JSON.parse(data('-plan')['plan.json']), files: data('-files') };
}

function gvisor(artifacts: GVisorArtifacts | undefined, installer: NodeInstallerProps = {}, props: Partial<GVisorRuntimeProps> = {}) {
  return synthesized((chart) => {
    new NodeInstaller(chart, 'installer', installer);
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, artifacts, ...props });
  });
}

const named = (list: any[], name: string) => list.find((one) => one.name === name);
const names = (list: any[]) => list.map(({ name }) => name);

test('the archive that gVisor publishes is the default', () => {
  const [{ artifact }] = gvisor(undefined).plan.runtimes;
  expect(artifact).toEqual(gvisor(GVisorArtifacts.tarball()).plan.runtimes[0].artifact);
  expect(artifact.kind).toBeUndefined();
  expect(names(gvisor(undefined).pod.initContainers)).toEqual(['claim', 'install']);
});

describe('an image that has the archive', () => {
  test('gives the same files in the same folder as the download, for the same architectures and with the same checksums', () => {
    const [{ artifact, ...rest }] = gvisor(GVisorArtifacts.image(IMAGE)).plan.runtimes;
    const [{ artifact: downloaded, ...same }] = gvisor(undefined).plan.runtimes;
    expect(rest).toEqual(same);
    const name = 'gvisor-20261005.0.tar.zst';
    const archive = (arch: string) => ({ names: [name], checksums: { [name]: (downloaded as DownloadedArtifactPlan).archives[arch].checksum } });
    const { directory, required, version } = downloaded;
    expect(artifact).toEqual({
      kind: 'image', directory, required, version, image: IMAGE, imageFolder: '/archives', copies: COPIES, archives: { amd64: archive('amd64'), arm64: archive('arm64') },
    });
  });

  test('is copied from by a container without the host and without a token, before 1.36', () => {
    const { pod } = gvisor(GVisorArtifacts.image(IMAGE), { kubernetesVersion: '1.35' });
    expect(names(pod.initContainers)).toEqual(['claim', 'lend', 'copy-cdcdcdcdcdcd', 'install']);
    expect(named(pod.initContainers, 'copy-cdcdcdcdcdcd')).toMatchObject({ image: IMAGE });
    expect(named(pod.initContainers, 'copy-cdcdcdcdcdcd').volumeMounts.map(({ mountPath }: any) => mountPath)).toEqual(['/sandbox-runtimes', '/lent', COPIES]);
  });

  test('is mounted where the cluster has image volumes, and no container copies', () => {
    const { pod, plan } = gvisor(GVisorArtifacts.image(IMAGE), { kubernetesVersion: '1.36' });
    expect(names(pod.initContainers)).toEqual(['claim', 'install']);
    expect(names(pod.volumes)).not.toContain('lent');
    expect(named(pod.volumes, 'image-cdcdcdcdcdcd')).toEqual({ name: 'image-cdcdcdcdcdcd', image: { reference: IMAGE, pullPolicy: 'IfNotPresent' } });
    expect(named(pod.initContainers, 'install').volumeMounts).toContainEqual({ name: 'image-cdcdcdcdcdcd', mountPath: COPIES, readOnly: true });
    expect(plan.runtimes[0].artifact).toMatchObject({ copies: `${COPIES}/archives` });
  });

  test('is mounted for Kata likewise, in the folder that the image has', () => {
    const { pod, plan } = synthesized((chart) => {
      new NodeInstaller(chart, 'installer', { kubernetesVersion: '1.37' });
      new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image() });
    });
    expect(names(pod.initContainers)).toEqual(['claim', 'install']);
    expect(plan.runtimes[0].artifact).toMatchObject({ copies: '/copies/8878e275eeb6/opt/kata-artifacts/tarballs' });
    expect(named(pod.volumes, 'image-8878e275eeb6').image.reference).toMatch(/^quay\.io\/kata-containers\/kata-deploy:4\.2\.0@sha256:8878e275eeb6/);
  });

  test('is copied from on nodes with Docker, whose Pods get no image volumes', () => {
    const { pod, plan } = gvisor(GVisorArtifacts.image(IMAGE), { kubernetesVersion: '1.36', platform: NodePlatform.DOCKER });
    expect(names(pod.initContainers)).toEqual(['claim', 'lend', 'copy-cdcdcdcdcdcd', 'install']);
    expect(plan.runtimes[0].artifact).toMatchObject({ copies: COPIES });
  });

  test('may have two releases, each under a name of its own, and is copied from or mounted once', () => {
    for (const [kubernetesVersion, volume] of [['1.35', 'copies-cdcdcdcdcdcd'], ['1.36', 'image-cdcdcdcdcdcd']]) {
      const { pod, plan } = synthesized((chart) => {
        new NodeInstaller(chart, 'installer', { kubernetesVersion });
        const artifacts = GVisorArtifacts.image(IMAGE);
        new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, artifacts });
        new GVisorRuntime(chart, 'old', { release: GVisorRelease.V20260928_0, artifacts, handler: 'old', runtimeClassName: 'old' });
      });
      expect(names(pod.volumes).filter((name) => name === volume)).toHaveLength(1);
      expect(plan.runtimes.map(({ artifact }) => (artifact as any).archives.amd64.names[0])).toEqual(['gvisor-20260928.0.tar.zst', 'gvisor-20261005.0.tar.zst']);
    }
  });

  test('is not asked for where everything is taken back', () => {
    for (const kubernetesVersion of ['1.35', '1.36']) {
      const { pod } = gvisor(GVisorArtifacts.image(IMAGE), { kubernetesVersion, desiredState: DesiredState.ABSENT });
      expect(names(pod.initContainers)).toEqual(['claim', 'install']);
      expect(names(pod.volumes).filter((name) => /lent|copies|image/.test(name))).toEqual([]);
    }
  });

  test('is needed by digest', () => {
    expect(() => GVisorArtifacts.image('registry.example/gvisor-release:20261005.0')).toThrow('image must be pinned by digest');
  });
});

describe('a release that is on the node already', () => {
  test('is looked for read-only with all its programs, and the shim starts runsc from there', () => {
    const { pod, plan: { runtimes: [{ artifact, shim, config }] }, files } = gvisor(GVisorArtifacts.onNode('/opt/gvisor'));
    const wanted = GVisorRelease.V20261005_0.requiredFiles;
    expect(artifact).toEqual({
      kind: 'node',
      directory: '/opt/gvisor',
      required: wanted,
      version: { command: ['runsc', '--version'], output: 'runsc version release-20261005.0' },
      files: { amd64: wanted, arm64: wanted },
    });
    expect(shim).toBe('/opt/gvisor/containerd-shim-runsc-v1');
    expect(parse(files[config.key])).toMatchObject({ binary_name: '/opt/gvisor/runsc' });
    expect(config.path).toMatch(/^\/opt\/sandbox-runtimes\/config\/runsc\//);
    expect(named(pod.initContainers, 'install').volumeMounts)
      .toContainEqual({ name: 'host-opt-gvisor', mountPath: '/opt/gvisor', readOnly: true, recursiveReadOnly: 'IfPossible' });
  });

  test.each([
    ['opt/gvisor', 'the folder of GVisorArtifacts.onNode() must be an absolute path'],
    ['/usr/local/bin', 'the installer cannot mount "/usr/local/bin" of GVisorArtifacts.onNode(), since its container has /usr itself; keep gVisor in a folder of its own such as "/opt/gvisor"'],
    ['/gvisor', 'more than gVisor lies there'],
    ['/opt/sandbox-runtimes/gvisor/20261005.0', 'its container has /opt/sandbox-runtimes itself'],
  ])('cannot lie in %s', (folder, message) => {
    expect(() => GVisorArtifacts.onNode(folder)).toThrow(message);
  });
});

test.each([
  ['gVisor', (chart: Chart) => new GVisorRuntime(chart, 'it', { release: GVisorRelease.V20261005_0, artifacts: GVisorArtifacts.onNode('/opt/gvisor') })],
  ['Kata', (chart: Chart) => new KataRuntime(chart, 'it', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.onNode() })],
])('a release of %s that the nodes have is refused with Docker, whose entry could not be told from others\'', (_name, make) => {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'docker-nodes', { platform: NodePlatform.DOCKER });
  expect(() => make(chart)).toThrow(/takes its release from \/opt\/\w+ on the nodes, which is not possible on nodes with Docker: .* take an archive or an image of the release there, or nodes with containerd/);
});
