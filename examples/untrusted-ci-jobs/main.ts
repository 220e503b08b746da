// Builds of pull requests from anybody: on nodes of their own, in gVisor, with a way out to the internet and no further.
// Whatever a chart or a controller forgets, the API server puts into the sandbox (Kubernetes 1.36) or refuses.
import { ApiObject, App, Chart } from 'cdk8s';
import {
  CompatibilityRule, GVisorRelease, GVisorRuntime, NamespaceEgress, NamespaceQuota, NodeInstaller, PodRestartPolicy, RuntimeClassPolicy, RuntimeProbe,
  SandboxedNamespace, SandboxedPod, SandboxNodePool,
} from 'cdk8s-sandbox-runtimes';

const app = new App();

// The nodes are made with this label and this taint (pool.label, pool.taint).
const pool = new SandboxNodePool('untrusted');
const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
new NodeInstaller(platform, 'installer', { nodeSelector: pool.nodeSelector, tolerations: pool.tolerations });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0, overhead: { memory: '64Mi', cpu: '50m' } });

new RuntimeClassPolicy(platform, 'policy', { runtimes: [gvisor], defaultRuntime: gvisor, kubernetesVersion: '1.36' });
new RuntimeProbe(platform, 'probe', { runtime: gvisor, schedule: '0 6 * * *' });

const ci = new Chart(app, 'ci', { namespace: 'ci-jobs' });
new SandboxedNamespace(ci, 'namespace', {
  name: 'ci-jobs',
  runtime: gvisor,
  egress: NamespaceEgress.INTERNET,
  quota: NamespaceQuota.of({ pods: 50, cpu: '40', memory: '80Gi' }),
});

new SandboxedPod(ci, 'runner', {
  runtime: gvisor,
  restartPolicy: PodRestartPolicy.NEVER,
  containers: [{
    name: 'build',
    image: 'docker.io/library/golang:1.26',
    command: ['go', 'test', './...'],
    resources: { cpuLimit: '2', memoryLimit: '4Gi' },
    security: { runAsUser: 1000 },
  }],
});

// A Job of somebody else's chart. What it needs beyond the rules is said here, and stays in its YAML for the reviewer.
const kernels = new ApiObject(ci, 'kernels', {
  apiVersion: 'batch/v1',
  kind: 'Job',
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [{
          name: 'test',
          image: 'nvcr.io/nvidia/cuda:13.0.1-devel-ubuntu24.04',
          command: ['make', 'test'],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          resources: { limits: { 'nvidia.com/gpu': 1 } },
        }],
      },
    },
  },
});
gvisor.sandbox(kernels, {
  exceptions: [{ rule: CompatibilityRule.GPU, reason: 'the driver of these nodes is on the list of the release (runsc nvproxy list-supported-drivers)' }],
});

app.synth();
