import { Chart, Testing } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime, NodeInstaller, RuntimeProbe, type NodeInstallerProps } from '../../src';

jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("runs /sandbox-runtimes/agent.js");\n' }));

const OWN = `registry.example/mine@sha256:${'cd'.repeat(32)}`;

/** All images of an app with everything that names one, sorted. */
function images(installer: NodeInstallerProps, build: (chart: Chart) => void = everything): string[] {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', installer);
  build(chart);
  const text = JSON.stringify(Testing.synth(chart));
  return [...new Set([...text.matchAll(/\\?"(?:image|reference)\\?": ?\\?"([^"\\]+@sha256:[0-9a-f]{64})/g)].map(([, image]) => image))].sort();
}

function everything(chart: Chart): void {
  const runtime = new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image() });
  new RuntimeProbe(chart, 'probe', { runtime });
}

test.each(['1.35', '1.36'])('all images of the library come from the one registry, with repository, tag and digest as they were (%s)', (kubernetesVersion) => {
  const public_ = images({ kubernetesVersion });
  expect(public_.map((image) => image.split(':')[0])).toEqual(['docker.io/library/busybox', 'docker.io/library/node', 'quay.io/kata-containers/kata-deploy']);
  expect(images({ kubernetesVersion, imageRegistry: 'registry.example:5000/mirror' }))
    .toEqual(public_.map((image) => image.replace(/^[^/]+/, 'registry.example:5000/mirror')).sort());
});

test('an image that the user names is taken as it is written', () => {
  expect(images({ imageRegistry: 'registry.example', image: OWN }, (chart) => {
    const runtime = new KataRuntime(chart, 'kata', { release: KataRelease.of('4.3.0', { image: OWN }), artifacts: KataArtifacts.image() });
    new RuntimeProbe(chart, 'probe', { runtime, image: OWN });
  })).toEqual([OWN]);
});

test('a probe on nodes of two installers that have two registries needs an image of its own', () => {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  const installers = [undefined, 'registry.example'].map((imageRegistry, index) => (
    new NodeInstaller(chart, `pool-${index}`, { imageRegistry, nodeSelector: { pool: `${index}` } })));
  const runtime = new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, installers });
  expect(() => new RuntimeProbe(chart, 'one', { runtime })).toThrow('have several registries (none, registry.example); name the image of sandbox/one by its prop image');
  expect(() => new RuntimeProbe(chart, 'other', { runtime, image: OWN })).not.toThrow();
});

test.each([
  ['https://registry.example', 'imageRegistry must be a registry\'s host with its port and a path, if any, as in "registry.example:5000/mirror", got "https://registry.example"'],
  ['registry.example/', 'must be a registry\'s host'],
  ['registry.example/Mirror', 'must be a registry\'s host'],
  ['', 'must be a registry\'s host'],
  ['user:secret@registry.example', 'imageRegistry must not carry credentials or a digest, got "...@registry.example"'],
])('refuses %j', (imageRegistry, message) => {
  expect(() => images({ imageRegistry })).toThrow(message);
  expect(() => images({ imageRegistry })).not.toThrow('secret');
});

test.each(['registry.example', 'localhost:5000', '10.0.0.1:5000', 'harbor.example/proxy-cache/docker_hub'])('takes %s', (imageRegistry) => {
  expect(images({ imageRegistry })).toContainEqual(expect.stringMatching(new RegExp(`^${imageRegistry}/library/node:`)));
});
