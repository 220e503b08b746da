/** A flag that kubelets once had: one that no longer has it ends at once with "unknown flag". */
export interface RemovedKubeletFlag {
  readonly flag: string;
  /** First Kubernetes release without it. */
  readonly removedIn: '1.24' | '1.27' | '1.35';
  /** Where that is set today. */
  readonly today: string;
  /** The change that removed it. */
  readonly source: string;
}

const DOCKERSHIM = 'https://github.com/kubernetes/kubernetes/pull/106907';
const CNI = 'the container runtime has its own CNI settings';
const CRI_DOCKERD = 'cri-dockerd has its own settings';

/** Flags of the guides of 2018 to 2021 that would keep today's kubelet from starting, in the order of their removal. */
export const REMOVED_KUBELET_FLAGS: readonly RemovedKubeletFlag[] = [
  { flag: '--cni-bin-dir', removedIn: '1.24', today: CNI, source: DOCKERSHIM },
  { flag: '--cni-cache-dir', removedIn: '1.24', today: CNI, source: DOCKERSHIM },
  { flag: '--cni-conf-dir', removedIn: '1.24', today: CNI, source: DOCKERSHIM },
  { flag: '--docker-endpoint', removedIn: '1.24', today: CRI_DOCKERD, source: DOCKERSHIM },
  { flag: '--experimental-dockershim-root-directory', removedIn: '1.24', today: CRI_DOCKERD, source: DOCKERSHIM },
  { flag: '--image-pull-progress-deadline', removedIn: '1.24', today: 'the container runtime has its own timeout of pulls', source: DOCKERSHIM },
  { flag: '--network-plugin', removedIn: '1.24', today: CNI, source: DOCKERSHIM },
  { flag: '--network-plugin-mtu', removedIn: '1.24', today: CNI, source: DOCKERSHIM },
  {
    flag: '--container-runtime',
    removedIn: '1.27',
    today: 'every runtime is "remote", at the socket containerRuntimeEndpoint',
    source: 'https://github.com/kubernetes/kubernetes/pull/114017',
  },
  {
    flag: '--pod-infra-container-image',
    removedIn: '1.35',
    today: 'the container runtime has its own setting of the sandbox image',
    source: 'https://github.com/kubernetes/kubernetes/pull/133779',
  },
];
