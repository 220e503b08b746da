// The quickstart of the README, without ts-node.
const { App, Chart } = require('cdk8s');
const { GVisorRelease, GVisorRuntime, SandboxedPod } = require('../../lib');

const app = new App({ outdir: process.argv[2] });
const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
const team = new Chart(app, 'team', { namespace: 'team-a' });
new SandboxedPod(team, 'web', { runtime: gvisor, containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29' }] });
app.synth();
