// gVisor on an autoscaled pool of EKS: nodes of Karpenter are born with a startup taint, which the installer lifts.
// `npx cdk8s-sandbox-runtimes render dist/` prints what the NodePool and the user data of its nodes need.
import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, ReadinessGate, SandboxedPod } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
new NodeInstaller(platform, 'eks-nodes', {
  platform: NodePlatform.EKS_AL2023,
  readiness: ReadinessGate.startupTaint(),
  nodeSelector: { 'karpenter.sh/nodepool': 'sandboxes' },
  tolerations: [{ key: 'example.com/sandboxes' }],
});
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });

const team = new Chart(app, 'team', { namespace: 'team-a' });
new SandboxedPod(team, 'web', {
  runtime: gvisor,
  containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29', resources: { cpuLimit: '500m', memoryLimit: '256Mi' } }],
});

app.synth();
