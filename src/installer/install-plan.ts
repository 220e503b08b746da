import type { ContainerdFilesPlan } from './containerd-files-plan';

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
  /** Of ABSENT: for how long Pods that run on the handlers are waited for. Absent: as long as it takes. */
  readonly deadline?: DeadlinePlan;
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

export interface DeadlinePlan {
  /** Since this plan was first tried on the node. */
  readonly seconds: number;
  /** FAIL is final and takes nothing back, FORCE takes everything back from under the Pods. */
  readonly then: 'FAIL' | 'FORCE';
}

/** How the container runtime of these nodes is found and told. */
export type PlatformPlan = ContainerdPlatformPlan | CrioPlatformPlan | DockerPlatformPlan;

/** The container runtimes that nodes may have, by the name that plans and logs have for them. */
export type ContainerRuntime = 'containerd' | 'crio' | 'docker';

interface AnyPlatformPlan {
  readonly name: string;
  /** Main configuration file of the container runtime. */
  readonly configFile: string;
  /** The CRI socket. */
  readonly socket: string;
  /** The container runtime's binary on the host, tried in this order where systemd does not say which one the unit starts. */
  readonly binaries: readonly string[];
  /** How its process is found, to be restarted or told to read its configuration again. */
  readonly restart: RestartPlan;
  /** Kind of node that its marks tell from all others, see NODE_FAMILIES. Absent: none of these. */
  readonly family?: string;
}

export interface ContainerdPlatformPlan extends AnyPlatformPlan, ContainerdFilesPlan {
  readonly kind?: undefined;
  /** Our drop-in, used where containerd merges drop-ins (2.x). */
  readonly dropInFile: string;
  /** Folders that others have configuration files in which the main file imports, beside its own folder. Absent: none. */
  readonly imported?: readonly string[];
  /** Our tables may lie over those that others wrote for the same handlers. Absent: such a handler is refused. */
  readonly adopts?: true;
}

export interface CrioPlatformPlan extends AnyPlatformPlan {
  readonly kind: 'crio';
  /** Folder in which we have a file for each handler. CRI-O reads every file in it, whatever its name. */
  readonly dropInFolder: string;
  /** Whether the drop-ins turn SELinux off. */
  readonly disablesSelinux: boolean;
}

export interface DockerPlatformPlan extends AnyPlatformPlan {
  readonly kind: 'docker';
  /** Docker's own socket. */
  readonly engineSocket: string;
  /** Handler that containers get which name none. Absent: `default-runtime` is left alone. */
  readonly defaultRuntime?: string;
}

/** What a plan calls the container runtime of a platform. */
export function containerRuntimeOf({ kind }: PlatformPlan): ContainerRuntime {
  return kind ?? 'containerd';
}

/**
 * What one handler is written down in, by what it is for: containerd's configuration with v2 tables
 * (`io.containerd.grpc.v1.cri`) and with v3 tables (`io.containerd.cri.v1.runtime`), a drop-in of CRI-O, and Docker's
 * daemon.json.
 */
export type TableFormat = 'v2' | 'v3' | 'crio' | 'docker';

/** The formats that each container runtime needs. */
export const TABLE_FORMATS: { readonly [runtime in ContainerRuntime]: readonly TableFormat[] } = {
  containerd: ['v2', 'v3'],
  crio: ['crio'],
  docker: ['docker'],
};

export type RestartPlan =
  | SystemdRestartPlan
  | { readonly kind: 'supervised'; readonly pidFile: string }
  /** Something on the node watches the files and restarts the container runtime. */
  | { readonly kind: 'watched' };

export interface SystemdRestartPlan {
  readonly kind: 'systemd';
  readonly unit: string;
  /** Unit of nodes that do not have the first one. */
  readonly otherUnit?: string;
  /** systemd has to read the units again first, because we write a drop-in of the unit. */
  readonly daemonReload?: true;
  /** How long the unit may take until it is active. Absent: 20 seconds. */
  readonly seconds?: number;
}

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
  /** Absolute path of the shim, or of the program that Docker starts by its `path`, inside `artifact.directory`. */
  readonly shim: string;
  /** The shim's own configuration file: what containerd's `ConfigPath` names or, with `baseConfig`, a drop-in for that. */
  readonly config: HostFilePlan;
  /** Present where `ConfigPath` names a file that comes with the release, which `config` refines. */
  readonly baseConfig?: BaseConfigPlan;
  /** A file at a place that the shim fixes, the same for all handlers of the runtime. Absent: none is needed. */
  readonly sharedConfig?: HostFilePlan;
  /** Programs of this handler that are written like `config` but executable (0755). Absent: none. */
  readonly programs?: readonly HostFilePlan[];
  /** Keys of the runtime tables, for each format of the platform. */
  readonly tables: { readonly [format in TableFormat]?: string };
  readonly artifact: ArtifactPlan;
  readonly requires: NodeRequirements;
  /** What is known of a shim that the library has no record of. Absent: it has one. Only the line-up check reads it. */
  readonly shimFacts?: ShimFactsPlan;
}

/** Of a shim of Kata: what the rest of its plan follows from, and the virtual machines that it starts. */
export interface ShimFactsPlan {
  /** Whether it is a shim of runtime-rs; else of the Go runtime. */
  readonly rust: boolean;
  /** Section of the configuration file: `[hypervisor.<hypervisor>]`. */
  readonly hypervisor: string;
  readonly components: readonly string[];
  readonly componentsOnArm64: readonly string[];
  readonly files: readonly string[];
  /** Absent: where the runtime's own is. */
  readonly shimPath?: string;
  readonly configurationFile?: string;
  readonly devices: readonly string[];
  /** Whether a machine gets its size before it boots. */
  readonly staticSizing: boolean;
  /** MiB and virtual CPUs of a machine whose Pod has no limits. Absent where it is not on the node. */
  readonly defaults?: MachineSize;
  /** What a machine gets beyond its Pod's limits. Absent where there is no such setting. */
  readonly guestOverhead?: MachineSize;
}

export interface MachineSize {
  /** MiB. */
  readonly memory: number;
  readonly vcpus: number;
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

/** Where the files of a release come from. */
export type ArtifactPlan = DownloadedArtifactPlan | ImageArtifactPlan | NodeArtifactPlan;

interface AnyArtifactPlan {
  /** Absolute path of the folder on the host; unless it was there before us, replaced as a whole or not at all. */
  readonly directory: string;
  /** Files that must be there and executable, relative to `directory`. */
  readonly required: readonly string[];
  /** Proof that it runs on this node: command relative to `directory` with arguments, and what its output contains. */
  readonly version: { readonly command: readonly string[]; readonly output: string };
}

/** An archive that is downloaded, verified before it is opened, and unpacked to one folder. */
export interface DownloadedArtifactPlan extends AnyArtifactPlan {
  readonly kind?: undefined;
  /** By Kubernetes architecture (`amd64`, `arm64`). */
  readonly archives: { readonly [arch: string]: ArchivePlan };
}

/**
 * Archives that lie in an image, which the container runtime pulls and verifies by its digest. The image is mounted, or a
 * container of it copies them to a volume, and all of them are unpacked to one folder.
 */
export interface ImageArtifactPlan extends AnyArtifactPlan {
  readonly kind: 'image';
  /** The image by digest. */
  readonly image: string;
  /** Folder of the image that has the archives. */
  readonly imageFolder: string;
  /** Folder of the Pod that has the archives: where the volume is mounted, or `imageFolder` below where the image is. */
  readonly copies: string;
  /** By Kubernetes architecture. */
  readonly archives: { readonly [arch: string]: ImageArchivesPlan };
}

/** Files that are on the node already: they are looked at, and neither brought nor removed. */
export interface NodeArtifactPlan extends AnyArtifactPlan {
  readonly kind: 'node';
  /** What has to be in `directory`, by Kubernetes architecture: files, and with a `/` at the end folders. */
  readonly files: { readonly [arch: string]: readonly string[] };
}

export interface ImageArchivesPlan extends ArchivePart {
  /** File names of the archives (`tar.zst`). */
  readonly names: readonly string[];
  /** By file name, where the archives are published ones: verified before one is opened. Absent: the digest of the image is all there is. */
  readonly checksums?: { readonly [name: string]: Checksum };
}

export interface Checksum {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
}

export interface ArchivePlan extends ArchivePart {
  readonly url: string;
  readonly format: 'tar.zst';
  readonly checksum: Checksum;
}

/** What of an archive is unpacked. */
export interface ArchivePart {
  /** Folder in the archive whose content becomes `directory`; what lies outside of it is not unpacked. Absent: all of the archive. */
  readonly root?: string;
  /**
   * What is unpacked, relative to `root`: files, and with a `/` at the end folders with all that is in them. A symbolic
   * link brings what it leads to. Each has to be in the archive. Absent: everything.
   */
  readonly include?: readonly string[];
}

/** The architectures that a release is there for. */
export function artifactArchitectures(artifact: ArtifactPlan): string[] {
  return Object.keys(artifact.kind === 'node' ? artifact.files : artifact.archives);
}

/** What a node must have before anything is written for this handler. */
export interface NodeRequirements {
  /** Lowest Linux kernel, `major.minor`. */
  readonly kernel: string;
  /** Of these, the one of the platform is present. */
  readonly containerd?: VersionRequirement;
  readonly crio?: VersionRequirement;
  readonly docker?: VersionRequirement;
  /** Device nodes, e.g. `/dev/kvm`. */
  readonly devices: readonly string[];
  /** Sysctls with a lowest (`minimum`) or a forbidden (`not`) value. */
  readonly sysctls: readonly SysctlRequirement[];
  /** True where containers that are labelled for SELinux break the runtime. */
  readonly noSelinux: boolean;
  /** Bytes that have to be free on the disk of `artifact.directory` while the release is not there yet. */
  readonly freeBytes?: number;
  /** Memory of the node, in bytes, below which no sandbox of default size fits. */
  readonly memoryBytes?: number;
  /** Snapshotter that containerd has to have beside its own, by the name of its plugin. */
  readonly snapshotter?: string;
}

/** Lowest version of a container runtime, and versions known not to work with this runtime, with the reason. */
export interface VersionRequirement {
  readonly minimum: string;
  readonly broken: readonly BrokenVersions[];
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
  /** `embedded`: such a file, of a kubelet that runs in the service of the container runtime and is restarted with it. */
  readonly kind: 'config-dir' | 'systemd' | 'embedded';
  /** Files with arguments of the kubelet that are looked through for flags that it no longer has. Sorted; absent: none. */
  readonly environmentFiles?: readonly string[];
}

/** The Kubernetes objects that `claim` and `admit` work with. */
export interface GatePlan {
  readonly namespace: string;
  /** Names of the Leases that are the rollout slots; one node holds one. */
  readonly slots: readonly string[];
  /** Key of the taint that nodes are born with and that is lifted once all handlers are proven. Absent: there is none. */
  readonly startupTaint?: string;
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
