// Nodes that reach one private registry and nothing else: docs/air-gap.md says how the images get there.
// `npx cdk8s-sandbox-runtimes images dist/` lists them; there is nothing to download besides.
import { App, Chart } from 'cdk8s';
import {
  GVisorArtifacts, GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime, NodeInstaller, RuntimeProbe, SandboxedPod,
} from 'cdk8s-sandbox-runtimes';

const REGISTRY = 'registry.example:5000/mirror';
const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
new NodeInstaller(platform, 'node-installer', {
  imageRegistry: REGISTRY,
  imagePullSecrets: ['registry'],
  // On older clusters leave it out: a container then copies the archives out of the images.
  kubernetesVersion: '1.36',
});
const gvisor = new GVisorRuntime(platform, 'gvisor', {
  release: GVisorRelease.V20261005_0,
  // Built from images/gvisor-release of this library; the digest is the one that your build printed.
  artifacts: GVisorArtifacts.image(`${REGISTRY}/gvisor-release:20261005.0@sha256:${'0123456789abcdef'.repeat(4)}`),
});
// Kata's own image, by the digest that this library knows.
const kata = new KataRuntime(platform, 'kata', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image() });

for (const runtime of [gvisor, kata]) {
  new RuntimeProbe(platform, `prove-${runtime.runtimeClassName}`, { runtime, imagePullSecrets: ['registry'] });
}

const team = new Chart(app, 'team', { namespace: 'team-a' });
new SandboxedPod(team, 'web', {
  runtime: gvisor,
  containers: [{ name: 'web', image: `${REGISTRY}/nginxinc/nginx-unprivileged:1.29`, resources: { cpuLimit: '500m', memoryLimit: '256Mi' } }],
});

app.synth();
