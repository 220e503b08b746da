// The quickstart's Pod as a bare cdk8s app.
const { App, ApiObject, Chart } = require('cdk8s');

const app = new App({ outdir: process.argv[2] });
const team = new Chart(app, 'team', { namespace: 'team-a' });
new ApiObject(team, 'web', {
  apiVersion: 'v1',
  kind: 'Pod',
  spec: { containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29' }] },
});
app.synth();
