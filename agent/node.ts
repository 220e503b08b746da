import { HandlerTables } from './containerd/plan-changes';
import { FileChange } from './file-change';
import { Host } from './host/host';
import { KubeletPlan } from '../src/installer/install-plan';

/** Which kubelet is restarted, and whether systemd has to read its drop-ins again before. */
export type KubeletRestart = Pick<KubeletPlan, 'unit' | 'kind'>;

/** What there is to know about a node's containerd before anything is changed. */
export interface ContainerdFacts {
  /** Of the binary that a restart would start. */
  readonly version: string;
  /** Main configuration file that it reads; undefined where that cannot be found out. */
  readonly configFile: string | undefined;
  /** Whether it labels containers for SELinux. */
  readonly selinux: boolean;
  /** Sentences for the operator that stop nothing. */
  readonly notices: readonly string[];
}

/** What the steps ask of a node: its files, its container runtime and its kubelet. */
export interface Node {
  readonly host: Host;
  /** In Kubernetes' spelling: `amd64`, `arm64`. */
  readonly architecture: string;
  containerd(): Promise<ContainerdFacts>;
  /** The changes after which containerd serves these handlers besides what is not ours; none takes ours back. */
  planContainerd(owner: string, handlers: readonly HandlerTables[]): Promise<FileChange[]>;
  /** Tries changes off the host; true if they change what containerd does. */
  validateContainerd(changes: readonly FileChange[], handlers: readonly HandlerTables[]): Promise<boolean>;
  /** Handlers that the running containerd knows. */
  servedHandlers(): Promise<readonly string[]>;
  /** Resolves when the CRI is ready again. */
  restartContainerd(): Promise<void>;
  restartKubelet(kubelet: KubeletRestart): Promise<void>;
  proveHandler(handler: string): Promise<void>;
  proveDefaultRuntime(): Promise<void>;
}
