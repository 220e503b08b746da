// gVisor and Kata for Docker Engine: `docker run --runtime runsc` and `--runtime kata-qemu-runtime-rs` on the nodes of a
// pool, and RuntimeClasses for Pods that reach Docker through cri-dockerd. Nothing else in daemon.json changes.
import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, NodeInstaller, NodePlatform, SandboxedPod, type ISandboxRuntime } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
new NodeInstaller(platform, 'docker-nodes', { platform: NodePlatform.DOCKER, nodeSelector: { 'example.com/container-runtime': 'docker' } });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
const kata = new KataRuntime(platform, 'kata', { release: KataRelease.V4_2_0 });

// One container for each Pod: on Docker, two would be in two sandboxes.
const team = new Chart(app, 'team', { namespace: 'team-a' });
const web = (id: string, runtime: ISandboxRuntime) => new SandboxedPod(team, id, {
  runtime,
  containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29', resources: { cpuLimit: '500m', memoryLimit: '256Mi' } }],
});
web('in-gvisor', gvisor);
web('in-kata', kata);

app.synth();
