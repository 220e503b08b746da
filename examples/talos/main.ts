// gVisor on Talos, whose nodes come with it: `npx cdk8s-sandbox-runtimes render --platform talos` prints what their
// image and machine configuration need. There is no installer.
import { App, Chart } from 'cdk8s';
import { PreinstalledRuntime, SandboxedPod } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox');
const gvisor = new PreinstalledRuntime(platform, 'gvisor', {
  runtimeClassName: 'gvisor',
  handler: 'runsc',
  nodeSelector: { 'example.com/sandbox': 'gvisor' },
});

const team = new Chart(app, 'team', { namespace: 'team-a' });
new SandboxedPod(team, 'web', {
  runtime: gvisor,
  containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29', resources: { cpuLimit: '500m', memoryLimit: '256Mi' } }],
});

app.synth();
