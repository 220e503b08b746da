// The kata-nginx of the old guides, today: nginx as an unprivileged user on port 8080, in a virtual machine of its own.
import { App, Chart } from 'cdk8s';
import { KataRelease, KataRuntime, SandboxedPod } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
const kata = new KataRuntime(platform, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata' });

const team = new Chart(app, 'team', { namespace: 'team-a' });
new SandboxedPod(team, 'kata-nginx', {
  runtime: kata,
  containers: [{
    name: 'nginx',
    image: 'nginxinc/nginx-unprivileged:1.29',
    ports: [{ containerPort: 8080 }],
    // The virtual machine is made from the limits: with one of them missing it would be too small, or unaccounted for.
    resources: { cpuLimit: '500m', memoryLimit: '256Mi' },
  }],
});

app.synth();
