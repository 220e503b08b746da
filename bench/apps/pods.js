// node pods.js <plain|sandboxed> <pods> <charts> <outdir>: the same Pods with and without a sandbox runtime.
const { App, ApiObject, Chart } = require('cdk8s');

const [kind, pods, charts, outdir] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5]];
const app = new App({ outdir });

let runtime;
if (kind === 'sandboxed') {
  const { GVisorRelease, GVisorRuntime } = require('../../lib');
  runtime = new GVisorRuntime(new Chart(app, 'sandbox', { namespace: 'sandbox-system' }), 'gvisor', { release: GVisorRelease.V20261005_0 });
}
for (let c = 0; c < charts; c++) {
  const chart = new Chart(app, `team-${c}`, { namespace: `team-${c}` });
  for (let p = 0; p < pods / charts; p++) {
    new ApiObject(chart, `pod-${p}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        automountServiceAccountToken: false,
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        containers: [{
          name: 'web',
          image: 'nginxinc/nginx-unprivileged:1.29',
          ports: [{ containerPort: 8080 }],
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
          securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
        }],
      },
    });
  }
  runtime?.sandbox(chart);
}
app.synth();
