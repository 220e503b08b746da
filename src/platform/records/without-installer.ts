import type { PlatformRecord } from './platform-record';

const NONE = { support: 'texts', restart: 'none of ours', plan: undefined } as const;

export const TALOS: PlatformRecord = {
  ...NONE,
  name: 'talos',
  title: 'Talos',
  how: 'system extension in the image, sysctl and `CRICustomizationConfig` in the machine configuration (texts of `render`), the RuntimeClass from here',
  kubelet: 'machine configuration',
  sources: [
    'https://docs.siderolabs.com/talos/v1.14/reference/configuration/cri/cricustomizationconfig',
    'https://github.com/siderolabs/extensions/tree/main/container-runtime/gvisor', 'https://github.com/siderolabs/extensions/tree/main/container-runtime/kata-containers',
  ],
  refusal: 'the root file system of Talos is read-only and its containerd is set up by the machine configuration, so a DaemonSet can install nothing: '
    + 'put the system extension into the image (npx cdk8s-sandbox-runtimes render --platform talos prints the documents) and name its handler by a PreinstalledRuntime',
};

export const GKE: PlatformRecord = {
  ...NONE,
  name: 'gke',
  title: 'GKE (Sandbox, Autopilot, COS)',
  how: 'managed RuntimeClass `gvisor` of GKE Sandbox, by `SandboxRuntime.fromRuntimeClassName`',
  kubelet: 'node system configuration',
  sources: ['https://cloud.google.com/kubernetes-engine/docs/how-to/sandbox-pods', 'https://cloud.google.com/kubernetes-engine/docs/how-to/customize-containerd-configuration'],
  refusal: 'GKE manages the containerd of its nodes and takes no runtimes there: make a node pool with GKE Sandbox (gcloud container node-pools create --sandbox type=gvisor '
    + '--image-type cos_containerd) and use SandboxRuntime.fromRuntimeClassName(scope, id, \'gvisor\')',
};

export const AKS: PlatformRecord = {
  ...NONE,
  name: 'aks',
  title: 'AKS',
  how: 'managed RuntimeClass `kata-vm-isolation` of AKS Pod Sandboxing, by `SandboxRuntime.fromRuntimeClassName`',
  kubelet: 'node pool configuration',
  sources: ['https://learn.microsoft.com/azure/aks/use-pod-sandboxing', 'https://learn.microsoft.com/azure/aks/considerations-pod-sandboxing'],
  refusal: 'AKS writes the configuration of containerd and replaces the nodes with each image: make a node pool with Pod Sandboxing (az aks nodepool add --os-sku AzureLinux '
    + '--workload-runtime KataVmIsolation) and use SandboxRuntime.fromRuntimeClassName(scope, id, \'kata-vm-isolation\')',
};

export const BOTTLEROCKET: PlatformRecord = {
  ...NONE,
  name: 'bottlerocket',
  title: 'Bottlerocket',
  how: 'not supported',
  kubelet: 'settings API',
  sources: ['https://github.com/bottlerocket-os/bottlerocket/blob/develop/SECURITY_FEATURES.md', 'https://github.com/bottlerocket-os/bottlerocket/issues/811'],
  refusal: 'the root file system of Bottlerocket is verified, /etc/containerd is a tmpfs without exec, and its maintainers do not support changes there: '
    + 'run sandboxes on a pool of Amazon Linux 2023 nodes with NodePlatform.EKS_AL2023',
};

export const OPENSHIFT: PlatformRecord = {
  ...NONE,
  name: 'openshift',
  title: 'OpenShift',
  how: 'Kata by the operator for sandboxed containers; its RuntimeClass `kata` by `SandboxRuntime.fromRuntimeClassName`',
  kubelet: '`KubeletConfig` resource',
  sources: ['https://docs.redhat.com/en/documentation/openshift_sandboxed_containers/', 'https://github.com/openshift/sandboxed-containers-operator/blob/devel/controllers/openshift_controller.go'],
  refusal: 'the machine configuration operator of OpenShift takes every other change of its nodes for drift, and gVisor needs SELinux off: '
    + 'install the operator for sandboxed containers and use SandboxRuntime.fromRuntimeClassName(scope, id, \'kata\')',
};

export const WINDOWS: PlatformRecord = {
  ...NONE,
  name: 'windows',
  title: 'Windows nodes',
  how: 'not supported',
  kubelet: '-',
  sources: ['https://kubernetes.io/docs/concepts/windows/intro/'],
  refusal: 'gVisor and Kata run on Linux only: give sandboxed Pods a pool of Linux nodes',
};
