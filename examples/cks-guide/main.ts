// The guides of 2018 to 2021 this library grew from, complete and as it is done today. What they did by hand on each
// node, from wget to systemctl restart, is one transaction of the installer; what they set and is gone is not here:
//   node.k8s.io/v1beta1                      node.k8s.io/v1, by the runtimes below
//   kata-runtime, kata-proxy, kata-shim      Kata 4, one handler for each shim
//   --container-runtime=remote, --network-plugin=cni, --pod-infra-container-image
//                                            removed flags: looked for on the nodes, never written
//   /etc/docker/daemon.json                  see ../docker, nodes of a pool of their own with an installer of their own
import { App, Chart, Duration } from 'cdk8s';
import { CrictlConfig, GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KubeletSettings, NodeInstaller, SandboxedPod } from 'cdk8s-sandbox-runtimes';

const app = new App();
const platform = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });

// The control plane ran Docker and one worker containerd: one installer for each pool of nodes.
new NodeInstaller(platform, 'containerd-nodes', {
  nodeSelector: { 'example.com/container-runtime': 'containerd' },
  // 0-cri-containerd.conf and its --runtime-request-timeout=15m. The files are those of kubeadm's packages on Debian.
  kubelet: new KubeletSettings({
    runtimeRequestTimeout: Duration.minutes(15),
    environmentFiles: ['/etc/default/kubelet', '/var/lib/kubelet/kubeadm-flags.env'],
  }),
  // /etc/crictl.yaml, with the socket of the nodes' container runtime.
  crictl: new CrictlConfig({ timeout: Duration.seconds(10) }),
});

// install_gvisor.sh, [plugins.cri.containerd.runtimes.runsc] and the RuntimeClass gvisor -> runsc.
const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0, runtimeClassName: 'gvisor', handler: 'runsc' });

// [plugins.cri.containerd.runtimes.kata] and the RuntimeClass kata -> kata.
const kata = new KataRuntime(platform, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata', handler: 'kata' });

const team = new Chart(app, 'team', { namespace: 'team-a' });
const nginx = {
  name: 'nginx',
  // nginx that runs as a user and listens on 8080: the guides' image wants to be root and port 80.
  image: 'nginxinc/nginx-unprivileged:1.29',
  ports: [{ containerPort: 8080 }],
  resources: { cpuLimit: '500m', memoryLimit: '256Mi' },
};

new SandboxedPod(team, 'gvisor', { runtime: gvisor, containers: [nginx] });
new SandboxedPod(team, 'kata-nginx', { runtime: kata, containers: [nginx] });
// nodeName: cks3 would bypass the scheduler, and with it the label that says that the runtime works there.
new SandboxedPod(team, 'nginx-gvisor', { runtime: gvisor, containers: [nginx], hostnames: ['cks3'] });

app.synth();
