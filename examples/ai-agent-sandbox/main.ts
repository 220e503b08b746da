// Code that a model wrote runs in gVisor, by kubernetes-sigs/agent-sandbox: a template, a pool of warm sandboxes made from
// it, and a claim that takes one. The class is in the template; a claim cannot change it.
import { ApiObject, App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NamespaceEgress, RuntimeClassPolicy, RuntimeProbe, SandboxedNamespace, SandboxedPod } from 'cdk8s-sandbox-runtimes';

const EXTENSIONS = 'extensions.agents.x-k8s.io/v1beta1';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
new RuntimeClassPolicy(platform, 'policy', { runtimes: [gvisor] });
new RuntimeProbe(platform, 'probe', { runtime: gvisor });

const agents = new Chart(app, 'agents', { namespace: 'agents' });
new SandboxedNamespace(agents, 'namespace', { name: 'agents', runtime: gvisor, egress: NamespaceEgress.DNS });

const template = new ApiObject(agents, 'template', {
  apiVersion: EXTENSIONS,
  kind: 'SandboxTemplate',
  metadata: { name: 'python' },
  spec: {
    // The namespace has its own NetworkPolicy. Left to the controller, Pods would lose the DNS of the cluster.
    networkPolicyManagement: 'Unmanaged',
    podTemplate: {
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [{
          name: 'python',
          image: 'docker.io/library/python:3.14-slim',
          command: ['python', '-m', 'http.server', '8888'],
          ports: [{ containerPort: 8888 }],
          resources: { limits: { cpu: '1', memory: '1Gi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        }],
      },
    },
  },
});
gvisor.sandbox(template);

const pool = new ApiObject(agents, 'pool', {
  apiVersion: EXTENSIONS,
  kind: 'SandboxWarmPool',
  metadata: { name: 'python' },
  spec: {
    replicas: 3,
    sandboxTemplateRef: { name: template.name },
    // Otherwise warm sandboxes of an older template, and its class, would still be handed out.
    updateStrategy: { type: 'Recreate' },
  },
});

new ApiObject(agents, 'claim', {
  apiVersion: EXTENSIONS,
  kind: 'SandboxClaim',
  metadata: { name: 'session-1' },
  spec: { warmPoolRef: { name: pool.name }, lifecycle: { shutdownPolicy: 'Delete', ttlSecondsAfterFinished: 600 } },
});

// What needs no warm pool is a Pod.
new SandboxedPod(agents, 'calculator', {
  runtime: gvisor,
  containers: [{
    name: 'python',
    image: 'docker.io/library/python:3.14-slim',
    command: ['python', '-c', 'print(6 * 7)'],
    resources: { cpuLimit: '500m', memoryLimit: '256Mi' },
    security: { runAsUser: 1000 },
  }],
});

app.synth();
