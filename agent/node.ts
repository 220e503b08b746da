import { FileChange } from './file-change';
import { WantedTables } from './handler-tables';
import { Host } from './host/host';
import { Kubelet } from './kubelet/kubelet';
import { ContainerRuntime } from '../src/installer/install-plan';

/** What there is to know about a node's container runtime before anything is changed. */
export interface ContainerRuntimeFacts {
  /** Of the binary that a restart would start. */
  readonly version: string;
  /** Main configuration file that it reads; undefined where that cannot be found out. */
  readonly configFile: string | undefined;
  /** The setting by which it labels containers for SELinux; undefined where it does not. */
  readonly selinux: string | undefined;
  /** Sentences for the operator that stop nothing. */
  readonly notices: readonly string[];
}

/** What trying changes off the host has shown. */
export interface Validation {
  /** Whether they change what the container runtime does: without that it need not be told. */
  readonly changesBehaviour: boolean;
  /** For the log. */
  readonly finding: string;
}

/** What a restart of the container runtime would end with it. */
export interface Endangered {
  /** What it is, and what to do. */
  readonly message: string;
  /** Whether it is over once these Pods have ended. */
  readonly passes: boolean;
}

/** A Pod that runs on the node. */
export interface RunningPod {
  /** The handler that it was started with; '' is the default one. */
  readonly handler: string;
  readonly namespace: string;
  readonly name: string;
}

export interface NodeOptions {
  /** Files are planned for the version that runs, and not for the binary that a restart would start: it need not be visible. */
  readonly asRunning?: boolean;
}

/** What the steps ask of a node: its files, its container runtime and its kubelet. */
export interface Node {
  readonly host: Host;
  /** As the plan and the log name it. */
  readonly containerRuntimeName: ContainerRuntime;
  /** What runs to prove a handler, as the log names it. */
  readonly proof: 'a pod sandbox' | 'a container';
  /** In Kubernetes' spelling: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly kubelet: Kubelet;
  /** Kinds of node of NODE_FAMILIES whose marks it has. */
  families?(): Promise<readonly string[]>;
  containerRuntime(): Promise<ContainerRuntimeFacts>;
  /** The changes after which the container runtime serves these handlers besides what is not ours; none takes ours back. */
  planHandlers(owner: string, handlers: readonly WantedTables[]): Promise<FileChange[]>;
  /** Tries changes off the host, before anything is written. */
  validateHandlers(changes: readonly FileChange[], handlers: readonly WantedTables[]): Promise<Validation>;
  /** Snapshotters that can be used now, where the container runtime has such. */
  snapshotters?(): Promise<readonly string[]>;
  /** Handlers that the running container runtime knows. */
  servedHandlers(): Promise<readonly string[]>;
  /** What of running Pods a restart would end; undefined: nothing. */
  endangered?(): Promise<Endangered | undefined>;
  /** Has the container runtime read its files again. @returns how, for the log, once it is ready. */
  activate(): Promise<string>;
  proveHandler(handler: string): Promise<void>;
  proveDefaultRuntime(): Promise<void>;
  /** Those whose containers the container runtime may have to restart. */
  runningPods(): Promise<readonly RunningPod[]>;
  /** The shims of the Pods that run here, by path; undefined where that cannot be known, so that every release may be in use. */
  runningShims(): Promise<readonly string[] | undefined>;
}
