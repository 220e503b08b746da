// Kata and gVisor on nodes with CRI-O: a drop-in for each handler, read without a restart but for SELinux.
import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, NodeInstaller, NodePlatform, SandboxedPod, type ISandboxRuntime } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
new NodeInstaller(platform, 'crio-nodes', {
  // gVisor needs CRI-O 1.37 and SELinux off for all containers of the node. With Kata alone: NodePlatform.CRIO.
  platform: NodePlatform.crio({ disableSelinux: true }),
  nodeSelector: { 'example.com/container-runtime': 'crio' },
});
const kata = new KataRuntime(platform, 'kata', { release: KataRelease.V4_2_0 });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });

const team = new Chart(app, 'team', { namespace: 'team-a' });
const web = (id: string, runtime: ISandboxRuntime) => new SandboxedPod(team, id, {
  runtime,
  containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29', resources: { cpuLimit: '500m', memoryLimit: '256Mi' } }],
});
web('in-kata', kata);
web('in-gvisor', gvisor);

app.synth();
