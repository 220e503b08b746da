import type { PlatformPlan } from '../../installer/install-plan';

/**
 * How far a platform is proven:
 *  - `node`: the installer runs on real nodes of the kind in this repository's tests
 *  - `files`: it plans for trees of such nodes' files, and real containerds judge the outcome; it never ran on one
 *  - `texts`: there is nothing to install, or nothing that may be: what is written here comes from documents alone
 */
export type Support = 'node' | 'files' | 'texts';

/** All that there is to know of a kind of node. */
export interface PlatformRecord {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly support: Support;
  /** How a handler gets there, for the table of platforms. */
  readonly how: string;
  /** How containerd, CRI-O or Docker hears of it. */
  readonly restart: string;
  /** Where the kubelet has its configuration and its data. */
  readonly kubelet: string;
  /** Where these facts are from. */
  readonly sources: readonly string[];
  /** Absent: nothing is installed by us, and this is why and what to do instead. */
  readonly refusal?: string;
  readonly plan?: PlatformPlan;
  /** Folders that `install` mounts; absent: those that the plan's files lie in. */
  readonly folders?: HostFolders;
  /** Folder of drop-ins for a kubelet that runs in the container runtime's own service. Absent: it has a service of its own. */
  readonly kubeletFolder?: string;
  /** A restart of the container runtime is one of the control plane, so that only one node may be at it. */
  readonly restartsControlPlane?: true;
}

export interface HostFolders {
  readonly readWrite: readonly string[];
  /** Of these the ones that every node of the kind has: they are not made, so that nothing comes to a node of another kind. */
  readonly existing?: readonly string[];
  readonly readOnly: readonly string[];
}
