/**
 * The install plan: all that the node agent has to know, as plain data. It is written at synth (`plan.json` in a
 * ConfigMap), read by the agent on the node and by the line-up check, and it is the only thing the three share.
 *
 * Files that a person reviews (the runtime tables, a shim's configuration) are not in it but lie beside it in a
 * ConfigMap of their own; the plan names them by their key.
 */

/** Bumped when an older agent could not understand the plan. */
export const INSTALL_PLAN_FORMAT = 1;

export interface InstallPlan {
  readonly format: typeof INSTALL_PLAN_FORMAT;
  /** Who installs, `<namespace>/<DaemonSet>`. A node belongs to one installer at a time. */
  readonly installer: string;
  /** PRESENT installs and keeps; ABSENT takes everything back. */
  readonly desiredState: 'PRESENT' | 'ABSENT';
  readonly platform: PlatformPlan;
  /** Sorted by handler. */
  readonly runtimes: readonly RuntimePlan[];
  /** Absent: the kubelet is left alone. */
  readonly kubelet?: KubeletPlan;
  /** Absent: crictl's configuration is left alone. */
  readonly crictl?: HostFilePlan;
  /** Absent: nothing is told to the API server (ReadinessGate.none()). */
  readonly gate?: GatePlan;
}

/** How the container runtime of these nodes is found, told and restarted. */
export interface PlatformPlan {
  readonly name: string;
  /** Main configuration file of containerd. */
  readonly configFile: string;
  /** Our drop-in, used where containerd merges drop-ins (2.x). */
  readonly dropInFile: string;
  /** The CRI socket. */
  readonly socket: string;
  /** containerd's binary on the host, tried in this order where systemd does not say which one the unit starts. */
  readonly binaries: readonly string[];
  readonly restart: RestartPlan;
}

export type RestartPlan =
  | { readonly kind: 'systemd'; readonly unit: string }
  | { readonly kind: 'supervised'; readonly pidFile: string };

/** One handler on the node. */
export interface RuntimePlan {
  readonly handler: string;
  readonly runtimeClassName: string;
  /** `gvisor`, or `kata-<shim>`: also the folder's name under /opt/sandbox-runtimes. */
  readonly runtime: string;
  readonly release: string;
  /** Node label that says what the agent found out about this handler. */
  readonly label: string;
  /** containerd's `runtime_type`. */
  readonly runtimeType: string;
  /** Absolute path of the shim (containerd's `runtime_path`), inside `artifact.directory`. */
  readonly shim: string;
  /** The shim's own configuration file: what containerd's `ConfigPath` names or, with `baseConfig`, a drop-in for that. */
  readonly config: HostFilePlan;
  /** Present where `ConfigPath` names a file that comes with the release, which `config` refines. */
  readonly baseConfig?: BaseConfigPlan;
  /** Programs of this handler that are written like `config` but executable (0755). Absent: none. */
  readonly programs?: readonly HostFilePlan[];
  /** Keys of the two runtime tables: for files with v2 tables (`io.containerd.grpc.v1.cri`) and v3 tables (`io.containerd.cri.v1.runtime`). */
  readonly tables: { readonly v2: string; readonly v3: string };
  readonly artifact: ArtifactPlan;
  readonly requires: NodeRequirements;
}

/** A file that the agent writes on the host with exactly the bytes of the ConfigMap's key. */
export interface HostFilePlan {
  /** Absolute path on the host. */
  readonly path: string;
  /** Key in the files ConfigMap. */
  readonly key: string;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
}

/**
 * A configuration file of the unpacked release that is copied to a folder of its handler: a shim reads the `config.d`
 * beside its configuration file, and in the release several shims would share one. The copy is written before
 * anything names it. The file in the release stays as it is.
 */
export interface BaseConfigPlan {
  /** Absolute path of the copy on the host: containerd's `ConfigPath`. */
  readonly path: string;
  /** What is copied, relative to `artifact.directory`. */
  readonly source: string;
  /**
   * Folder that the release was built for, `/opt/kata`. Wherever the file names it or a path below it, the copy names
   * `artifact.directory` in its place; nothing else changes.
   */
  readonly builtFor: string;
}

/** An archive that is downloaded, verified before it is opened, and unpacked to one folder. */
export interface ArtifactPlan {
  /** Absolute path of the folder on the host; replaced as a whole or not at all. */
  readonly directory: string;
  /** By Kubernetes architecture (`amd64`, `arm64`). */
  readonly archives: { readonly [arch: string]: ArchivePlan };
  /** Files that must be there and executable after unpacking, relative to `directory`. */
  readonly required: readonly string[];
  /** Proof that it runs on this node: command relative to `directory` with arguments, and what its output contains. */
  readonly version: { readonly command: readonly string[]; readonly output: string };
}

export interface ArchivePlan {
  readonly url: string;
  readonly format: 'tar.zst';
  readonly checksum: { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string };
  /** Folder in the archive whose content becomes `directory`; what lies outside of it is not unpacked. Absent: all of the archive. */
  readonly root?: string;
  /**
   * What is unpacked, relative to `root`: files, and with a `/` at the end folders with all that is in them. A symbolic
   * link brings what it leads to. Each has to be in the archive. Absent: everything.
   */
  readonly include?: readonly string[];
}

/** What a node must have before anything is written for this handler. */
export interface NodeRequirements {
  /** Lowest Linux kernel, `major.minor`. */
  readonly kernel: string;
  /** Lowest containerd version, and versions known not to work with this runtime, with the reason. */
  readonly containerd: { readonly minimum: string; readonly broken: readonly BrokenVersions[] };
  /** Device nodes, e.g. `/dev/kvm`. */
  readonly devices: readonly string[];
  /** Sysctls with a lowest (`minimum`) or a forbidden (`not`) value. */
  readonly sysctls: readonly SysctlRequirement[];
  /** True where containerd's `enable_selinux` breaks the runtime. */
  readonly noSelinux: boolean;
  /** Bytes that have to be free on the disk of `artifact.directory` while the release is not there yet. */
  readonly freeBytes?: number;
  /** Memory of the node, in bytes, below which no sandbox of default size fits. */
  readonly memoryBytes?: number;
  /** Snapshotter that containerd has to have beside its own, by the name of its plugin. */
  readonly snapshotter?: string;
}

export interface BrokenVersions {
  /** First and last broken version, inclusive. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface SysctlRequirement {
  /** Path below /proc/sys with slashes, e.g. `user/max_user_namespaces`. */
  readonly path: string;
  readonly minimum?: number;
  readonly not?: number;
  /** `fatal` stops this handler, `advice` is only logged. */
  readonly level: 'fatal' | 'advice';
  readonly reason: string;
}

export interface KubeletPlan {
  readonly unit: string;
  /** The drop-in: a KubeletConfiguration file where the node's kubelet has `--config-dir`, else a systemd drop-in. */
  readonly file: HostFilePlan;
  readonly kind: 'config-dir' | 'systemd';
}

/** The Kubernetes objects that `claim` and `admit` work with. */
export interface GatePlan {
  readonly namespace: string;
  /** Names of the Leases that are the rollout slots; one node holds one. */
  readonly slots: readonly string[];
  /** A node's own Lease is `<nodeLeasePrefix><node name>`; its holderIdentity is the hash of the last proven plan. */
  readonly nodeLeasePrefix: string;
}

/** What `install` found out, for `admit`: written to an emptyDir that both share. */
export interface InstallVerdict {
  readonly planHash: string;
  readonly handlers: readonly HandlerVerdict[];
}

export interface HandlerVerdict {
  readonly handler: string;
  readonly verdict: 'ready' | 'failed';
  /** The step that failed, and a sentence that a person can act on. */
  readonly step?: string;
  readonly reason?: string;
}
