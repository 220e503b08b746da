// Two tenants on one cluster: each with a namespace that is closed, one in gVisor, one in virtual machines.
import { App, Chart } from 'cdk8s';
import {
  GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, NamespaceQuota, RuntimeClassPolicy, SandboxedNamespace, SandboxedPod, type ISandboxRuntime,
} from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
const kata = new KataRuntime(platform, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata' });
new RuntimeClassPolicy(platform, 'policy', { runtimes: [gvisor, kata] });

/** A tenant's namespace, with a first Pod in it. */
function tenant(name: string, runtime: ISandboxRuntime) {
  const chart = new Chart(app, name, { namespace: name });
  // The quota is what the tenant's containers may use; Kata's overhead for ten Pods comes on top.
  new SandboxedNamespace(chart, 'namespace', { name, runtime, quota: NamespaceQuota.of({ pods: 10, cpu: '8', memory: '16Gi' }) });
  new SandboxedPod(chart, 'web', {
    runtime,
    containers: [{
      name: 'web',
      image: 'nginxinc/nginx-unprivileged:1.29',
      ports: [{ containerPort: 8080 }],
      resources: { cpuLimit: '500m', memoryLimit: '256Mi' },
    }],
  });
}

tenant('tenant-a', gvisor);
tenant('tenant-b', kata);

app.synth();
