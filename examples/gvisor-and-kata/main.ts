// gVisor and three Kata shims on the same nodes: four RuntimeClasses, one installer, one restart of containerd.
import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KataShim, SandboxedPod, type ISandboxRuntime } from 'cdk8s-sandbox-runtimes';

const app = new App();

const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
const release = KataRelease.V4_2_0;
const qemu = new KataRuntime(platform, 'kata-qemu', { release });
const clh = new KataRuntime(platform, 'kata-clh', { release, shim: KataShim.CLH_RUNTIME_RS });
const dragonball = new KataRuntime(platform, 'kata-dragonball', { release, shim: KataShim.DRAGONBALL });

const team = new Chart(app, 'team', { namespace: 'team-a' });
const web = (id: string, runtime: ISandboxRuntime) => new SandboxedPod(team, id, {
  runtime,
  containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29', resources: { cpuLimit: '500m', memoryLimit: '256Mi' } }],
});

// Many small Pods and no need for virtualization on the nodes.
web('in-gvisor', gvisor);
// A kernel of its own with every device and system call, on every architecture.
web('in-qemu', qemu);
// The same with less around it.
web('in-cloud-hypervisor', clh);
// The same in a monitor that is a part of the shim, for a high density.
web('in-dragonball', dragonball);

app.synth();
