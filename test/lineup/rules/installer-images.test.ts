import { Chart } from 'cdk8s';
import { GVisorArtifacts, GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime, NodeInstaller } from '../../../src';
import { editPlan, installerPod, messagesOf, quickstart, rehash, synthesized, type Manifests } from '../fixture';
import { kata } from '../kata-fixture';

const RULE = 'installer-images';
const COPY = 'copy-8878e275eeb6';
const OTHER = `registry.example/kata-deploy@sha256:${'cd'.repeat(32)}`;
const GVISOR = `registry.example/gvisor-release@sha256:${'ab'.repeat(32)}`;
const fromImage = () => kata({ artifacts: KataArtifacts.image() });

const mounted = () => synthesized((app) => {
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', { kubernetesVersion: '1.36' });
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, artifacts: GVisorArtifacts.image(GVISOR) });
  new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image() });
});

function container(manifests: Manifests, name: string): any {
  return installerPod(manifests).initContainers.find((candidate: any) => candidate.name === name);
}

function mount(manifests: Manifests, name: string, path: string): any {
  return container(manifests, name).volumeMounts.find(({ mountPath }: any) => mountPath === path);
}

test.each([
  ['a release from an image', fromImage()],
  ['two releases from two images, with gVisor', synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
    new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image() });
    new KataRuntime(chart, 'next', { release: KataRelease.of('4.3.0', { image: OTHER }), artifacts: KataArtifacts.image(), suffix: 'next' });
  })],
  ['images that are mounted', mounted()],
  ['gVisor from an image', synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, artifacts: GVisorArtifacts.image(GVISOR) });
  })],
  ['a release that is downloaded', kata()],
  ['a release that is on the node', kata({ artifacts: KataArtifacts.onNode() })],
  ['gVisor', quickstart()],
])('accepts %s', (_what, manifests) => {
  expect(messagesOf(RULE, manifests)).toEqual([]);
});

test('needs no copy where everything is taken back', () => {
  const manifests = fromImage();
  editPlan(manifests, (plan) => { plan.desiredState = 'ABSENT'; });
  const pod = installerPod(manifests);
  pod.initContainers = pod.initContainers.filter(({ name }: any) => !['lend', COPY].includes(name));
  expect(messagesOf(RULE, rehash(manifests))).toEqual([]);
});

test.each<[string, (manifests: Manifests) => void, string]>([
  ['no container that lends', (m) => { container(m, 'lend').name = 'lends'; }, 'the container lend is not there; it lends Node.js'],
  ['one that lends into nothing', (m) => { mount(m, 'lend', '/lent').mountPath = '/len'; }, 'the container lend mounts no emptyDir at /lent for writing'],
  ['one that runs something else', (m) => { container(m, 'lend').command[2] = 'copy'; }, 'it has to run "node /sandbox-runtimes/agent.js lend"'],
  ['no container that copies', (m) => { mount(m, COPY, '/copies/8878e275eeb6').mountPath = '/copies/other'; }, 'no container mounts an emptyDir at /copies/8878e275eeb6 for writing; one of the image quay.io/'],
  ['one of another image', (m) => { container(m, COPY).image = OTHER; }, `copies archives of the image ${OTHER} to /copies/8878e275eeb6; the plan has there those of quay.io/`],
  ['one that copies to another folder', (m) => { container(m, COPY).command[6] = '/copies/other'; }, 'it has to run "/lent/loader --library-path /lent/lib /lent/node /sandbox-runtimes/agent.js copy /copies/8878e275eeb6"'],
  ['one that may write to what is lent', (m) => { delete mount(m, COPY, '/lent').readOnly; }, 'does not mount read-only at /lent what lend writes there'],
  ['one that copies before anything is lent', (m) => { installerPod(m).initContainers.reverse(); }, 'lend has to come before copy-8878e275eeb6, and that before install'],
  ['an install that may write to the copies', (m) => { delete mount(m, 'install', '/copies/8878e275eeb6').readOnly; }, 'install does not mount read-only at /copies/8878e275eeb6 what'],
  ['a volume that is a folder of the host', (m) => { installerPod(m).volumes.find(({ name }: any) => name === 'lent').hostPath = { path: '/opt' }; }, 'mounts the host\'s /opt at /lent; it may have neither'],
  ['a token for somebody else\'s image', (m) => { container(m, COPY).volumeMounts.push({ name: 'token', mountPath: '/token' }); }, 'mounts a token at /token; it may have neither'],
])('reports %s', (_what, edit, message) => {
  const manifests = fromImage();
  edit(manifests);
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining(message));
});

test.each<[string, (manifests: Manifests) => void, string]>([
  ['an image that is not mounted', (m) => { mount(m, 'install', '/copies/abababababab').mountPath = '/copies/other'; },
    `install mounts nothing at /copies/abababababab; the plan has there the image ${GVISOR}`],
  ['another image', (m) => { installerPod(m).volumes.find(({ name }: any) => name === 'image-abababababab').image.reference = OTHER; },
    `install mounts the image ${OTHER} at /copies/abababababab; the plan has there the image ${GVISOR}`],
  ['an empty volume in the place of an image', (m) => {
    const volume = installerPod(m).volumes.find(({ name }: any) => name === 'image-abababababab');
    delete volume.image;
    volume.emptyDir = {};
  }, 'install mounts no image at /copies/abababababab'],
])('reports, where images are mounted, %s', (_what, edit, message) => {
  const manifests = mounted();
  edit(manifests);
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(message)]);
});
