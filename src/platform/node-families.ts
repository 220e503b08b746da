/**
 * Marks by which a node says what kind of node it is. Only such kinds as have their own place for containerd's files,
 * or write them anew: on any other node these files are where `NodePlatform.CONTAINERD` says.
 */
export interface NodeFamily {
  /** Units of which one runs. */
  readonly running?: readonly string[];
  /** Units of which one is known to systemd, running or not: some have done their work when the node has booted. */
  readonly known?: readonly string[];
  /** `ID` in the `os-release` of the host. */
  readonly os?: readonly string[];
  /** What to give the installer on such nodes, or what to use instead of it. */
  readonly advice: string;
}

export const NODE_FAMILIES: { readonly [family: string]: NodeFamily } = {
  k3s: { running: ['k3s.service', 'k3s-agent.service'], advice: 'use NodePlatform.K3S' },
  rke2: { running: ['rke2-server.service', 'rke2-agent.service'], advice: 'use NodePlatform.RKE2' },
  k0s: { running: ['k0sworker.service', 'k0scontroller.service'], advice: 'use NodePlatform.K0S' },
  microk8s: { running: ['snap.microk8s.daemon-containerd.service'], advice: 'use NodePlatform.MICROK8S' },
  eks: { known: ['nodeadm-config.service'], advice: 'use NodePlatform.EKS_AL2023' },
  kind: { known: ['undo-mount-hacks.service'], advice: 'use NodePlatform.KIND' },
  minikube: { known: ['minikube-automount.service'], advice: 'use NodePlatform.MINIKUBE' },
  flatcar: { os: ['flatcar'], advice: 'use NodePlatform.FLATCAR' },
  talos: { os: ['talos'], advice: 'there is no installer for Talos, see "render --platform talos"' },
  bottlerocket: { os: ['bottlerocket'], advice: 'its root file system and /etc/containerd cannot be written; use nodes of another operating system' },
  cos: { os: ['cos'], advice: 'use the managed RuntimeClass of GKE Sandbox, SandboxRuntime.fromRuntimeClassName(..., "gvisor")' },
  openshift: { os: ['rhcos', 'scos'], advice: 'its machine configuration undoes changes; use the sandboxed containers operator' },
};

/** Kinds that bring a containerd of their own, whatever the operating system has. */
export const OWN_CONTAINERD: readonly string[] = ['k3s', 'rke2', 'k0s', 'microk8s'];
