import { App, Chart } from 'cdk8s';
import { GVisorArtifacts, GVisorRuntime, NodeInstaller, SandboxedPod } from '../../src';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, filesImage, nodeImage } from '../node/images';
import { gvisorReleaseOf } from '../node/synthesized-installer';
import { Quickstart } from '../real-cluster/quickstart';
import { PLATFORM_NAMESPACE, TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { RealCluster } from '../real-cluster/real-cluster';
import { GVISOR_RELEASE } from '../toolchain';

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let image: string;
let releaseImage: string;

beforeAll(async () => {
  release = await gvisorArchive(GVISOR_RELEASE);
  // Its mirror has no release: whoever asks it for one fails.
  quickstart = await Quickstart.inNewCluster([]);
  cluster = quickstart.cluster;
  image = cluster.node.importImage(nodeImage());
  const files = { [`/archives/gvisor-${GVISOR_RELEASE}.tar.zst`]: release.content };
  releaseImage = cluster.node.importImage(filesImage('registry.example.test/gvisor-release:1', files));
});

afterAll(() => cluster?.stop());

function synthesize(kubernetesVersion: string): string {
  const app = new App();
  const platform = new Chart(app, 'sandbox', { namespace: PLATFORM_NAMESPACE });
  new NodeInstaller(platform, 'node-installer', { artifactMirror: cluster.mirror.url, image, kubernetesVersion });
  const runtime = new GVisorRuntime(platform, 'gvisor', { release: gvisorReleaseOf(release), artifacts: GVisorArtifacts.image(releaseImage) });
  const team = new Chart(app, 'team', { namespace: TEAM_NAMESPACE });
  new SandboxedPod(team, 'web', {
    runtime,
    metadata: { name: 'web' },
    containers: [{ name: 'web', image: busyboxImage().reference, command: ['sh', '-c', 'dmesg; sleep 3600'], security: { runAsUser: 65534 } }],
  });
  return app.synthYaml();
}

const initContainers = async () => (await quickstart.installerPod()).spec.initContainers.map(({ name }: { name: string }) => name);

test('a kubelet mounts the image with the release, and a Pod runs in the gVisor that is in it', async () => {
  await quickstart.apply(synthesize('1.36'));
  await quickstart.rolledOut();
  expect(await initContainers()).toEqual(['claim', 'install']);
  expect((await quickstart.installerPod()).spec.volumes).toContainEqual(
    { name: expect.stringMatching(/^image-/), image: { reference: releaseImage, pullPolicy: 'IfNotPresent' } });
  expect(await quickstart.log('install')).toMatch(new RegExp(`^stage: /opt/sandbox-runtimes/gvisor/${GVISOR_RELEASE}: unpacked`, 'm'));
  expect(await quickstart.label()).toBe('ready');
  await quickstart.running('web');
  expect(await quickstart.podLog('web')).toContain('gVisor');
});

test('for an older cluster containers copy it instead, and neither is the release unpacked again nor containerd restarted', async () => {
  const [pid, stamp] = [cluster.node.containerdPid(), cluster.node.treeStamp('/opt/sandbox-runtimes')];
  await quickstart.apply(synthesize('1.35'));
  await quickstart.rolledOut();
  expect(await initContainers()).toEqual(['claim', 'lend', expect.stringMatching(/^copy-/), 'install']);
  expect(await quickstart.label()).toBe('ready');
  expect([cluster.node.containerdPid(), cluster.node.treeStamp('/opt/sandbox-runtimes')]).toEqual([pid, stamp]);
});
