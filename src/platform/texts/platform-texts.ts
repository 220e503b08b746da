import type { NodeText } from './node-text';

const IMPORTS = 'imports = ["/etc/containerd/conf.d/*.toml"]';

const EKS: NodeText = {
  fileName: 'eks-node-config.yaml',
  description: 'a document of the user data of AL2023 nodes (spec.userData of a Karpenter EC2NodeClass): nodeadm then writes the import of drop-ins at each boot, so '
    + 'that the installer need not repair it and restart containerd',
  text: `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  containerd:
    # The empty table tells nodeadm that this is version 3: it would take its template of version 2 otherwise.
    config: |
      ${IMPORTS}

      [plugins."io.containerd.cri.v1.runtime"]
`,
};

const KIND: NodeText = {
  fileName: 'kind-config.yaml',
  description: 'for kind create cluster --config: nodes import drop-ins from the start, so that the installer changes no file of theirs',
  text: `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
containerdConfigPatches:
  - |-
    ${IMPORTS}
`,
};

const TALOS: readonly NodeText[] = [
  {
    fileName: 'talos-schematic.yaml',
    description: 'for the Image Factory of Talos, which builds the image of the nodes with it. The handlers are runsc and runsc-kvm of siderolabs/gvisor, kata and kata-qemu of '
      + 'siderolabs/kata-containers; leave out the extension that you do not want, and name a handler by a PreinstalledRuntime',
    text: `customization:
  systemExtensions:
    officialExtensions:
      - siderolabs/gvisor
      - siderolabs/kata-containers
`,
  },
  {
    fileName: 'talos-machine-config-patch.yaml',
    description: 'patch of the machine configuration: gVisor needs user namespaces, of which Talos allows none',
    text: `machine:
  sysctls:
    user.max_user_namespaces: "11255"
`,
  },
  {
    fileName: 'talos-cri-customization.yaml',
    description: 'document of the machine configuration (Talos 1.14 and newer; a machine file /etc/cri/conf.d/20-customization.part with the content before): lets Pods hand '
      + 'the annotations of gVisor to the handler runsc. Leave it out unless you need them',
    text: `apiVersion: v1alpha1
kind: CRICustomizationConfig
name: sandbox-runtimes
content: |
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runsc]
    pod_annotations = ["dev.gvisor.spec.mount.*"]
`,
  },
];

const PLATFORM_TEXTS: { readonly [platform: string]: readonly NodeText[] } = { eks: [EKS], kind: [KIND], talos: TALOS };

/** What nodes of a platform want to be told outside of the cluster; for most there is nothing. */
export function platformTexts(platform: string): readonly NodeText[] {
  return Object.hasOwn(PLATFORM_TEXTS, platform) ? PLATFORM_TEXTS[platform] : [];
}
