// gVisor on k3s, servers and agents: one node at a time, since a server's restart is one of its API server.
import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, SandboxedPod } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
new NodeInstaller(platform, 'k3s-nodes', { platform: NodePlatform.K3S });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });

const team = new Chart(app, 'team', { namespace: 'team-a' });
new SandboxedPod(team, 'web', {
  runtime: gvisor,
  containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29', resources: { cpuLimit: '500m', memoryLimit: '256Mi' } }],
});

app.synth();
