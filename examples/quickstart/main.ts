import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, SandboxedPod } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });

const team = new Chart(app, 'team', { namespace: 'team-a' });
new SandboxedPod(team, 'web', { runtime: gvisor, containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29' }] });

app.synth();
