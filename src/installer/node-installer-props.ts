import type { Duration } from 'cdk8s';
import type { AppArmorProfile } from './app-armor-profile';
import type { DesiredState } from './desired-state';
import type { ExistingHandlers } from './existing-handlers';
import type { ReadinessGate } from './readiness-gate';
import type { CrictlConfig } from '../platform/crictl-config';
import type { KubeletSettings } from '../platform/kubelet-config';
import type { NodePlatform } from '../platform/node-platform';
import type { Toleration } from '../workload/toleration';

/**
 * SELinux context of the installer's containers.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
 */
export interface SeLinuxOptions {
  /**
   * SELinux level label, e.g. `s0`.
   *
   * @default - the container runtime's
   */
  readonly level?: string;

  /**
   * SELinux role label.
   *
   * @default - the container runtime's
   */
  readonly role?: string;

  /**
   * SELinux type label. `spc_t` on nodes where SELinux keeps containers from the host's folders.
   *
   * @default - the container runtime's
   */
  readonly type?: string;

  /**
   * SELinux user label.
   *
   * @default - the container runtime's
   */
  readonly user?: string;
}

/** What a NodeInstaller takes. */
export interface NodeInstallerProps {
  /**
   * Whether the runtimes are brought to the nodes or taken back from them. To uninstall, set `DesiredState.ABSENT`, wait
   * until the DaemonSet is ready, and only then delete the objects; deleting them alone leaves the nodes as they are.
   * `DesiredState.absent()` limits how long Pods of the runtimes are waited for.
   *
   * @default DesiredState.PRESENT
   */
  readonly desiredState?: DesiredState;

  /**
   * Where these nodes keep their container runtime.
   *
   * @default NodePlatform.CONTAINERD
   */
  readonly platform?: NodePlatform;

  /**
   * What becomes of a handler for which nodes have a runtime table of somebody else already, such as a script, Gardener's
   * extension or kata-deploy.
   *
   * @default ExistingHandlers.REFUSE
   */
  readonly existingHandlers?: ExistingHandlers;

  /**
   * Folders with configuration files of other installers that containerd's main file imports, besides those in its own
   * folder: `/opt/kata/containerd/config.d` where kata-deploy has been. They are mounted read-only, since it has to be
   * known what containerd reads; a node with such an import is refused without. Where a node lacks one, an empty one is made.
   *
   * @default - none
   */
  readonly importedFolders?: string[];

  /**
   * Labels of the nodes of the pool; `kubernetes.io/os: linux` is always added.
   *
   * @default - all Linux nodes
   */
  readonly nodeSelector?: { [key: string]: string };

  /**
   * Taints of the pool. The installer tolerates them, and so do Pods of the runtimes that it installs.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];

  /**
   * Namespace of the installer. It mounts host folders, so the namespace has to allow Pod Security's `privileged` level.
   *
   * @default - the chart's namespace, else `sandbox-runtimes`
   */
  readonly namespace?: string;

  /**
   * Whether to create the namespace, with Pod Security labels. `default` and `kube-*` are never created.
   *
   * @default - true, unless another installer of the app creates it
   */
  readonly createNamespace?: boolean;

  /**
   * Image of the containers: Node.js 24 with `sh`, `sleep`, `test` and `flock`, pinned by digest.
   *
   * @default - docker.io/library/node:24.19.0-alpine by digest
   */
  readonly image?: string;

  /**
   * Registry that has the images which this library names, in the place of their own: the installer's, Kata's
   * (`KataArtifacts.image()`) and that of a `RuntimeProbe` of its runtimes. `registry.example:5000/mirror` makes
   * `docker.io/library/node:...@sha256:...` into `registry.example:5000/mirror/library/node:...@sha256:...`: repository, tag
   * and digest stay, so that it has to be the same bytes. An image that you name yourself is taken as you write it. The
   * command `npx cdk8s-sandbox-runtimes images dist/` lists what has to be in the registry.
   *
   * @default - the images' own registries
   */
  readonly imageRegistry?: string;

  /**
   * Names of Secrets in the installer's namespace for pulling its images.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];

  /**
   * What keeps Pods away from a node until its handlers are proven.
   *
   * @default - ReadinessGate.handlerLabel()
   */
  readonly readiness?: ReadinessGate;

  /**
   * How often a fourth container, `watch`, looks on each node whether the installation is as it was proven: the
   * container runtime's configuration, the handlers that it serves, and the bytes of shims, runtimes and their
   * configuration. Where something has changed, the handler is labelled `failed` and the Pod is not ready until it is
   * right again; deleting the installer's Pod repairs it. Only RuntimeClasses that select this label keep Pods away by
   * it (`ReadinessGate.handlerLabel()`). At least 10 seconds, in whole seconds.
   *
   * @default - no such container; a node is looked at when the installer's Pod starts
   */
  readonly driftCheckInterval?: Duration;

  /**
   * How many nodes may be installed or upgraded at a time: the number of rollout slots. A node that fails keeps its
   * slot, so a bad version harms at most this many nodes.
   *
   * @default 1
   */
  readonly maxConcurrentNodes?: number;

  /**
   * URL of a mirror of the releases: gVisor's below `<mirror>/release/`, as in
   * `https://storage.googleapis.com/gvisor/releases`, Kata's below `<mirror>/download/`, as in
   * `https://github.com/kata-containers/kata-containers/releases`. Archives are verified against the release's checksum
   * wherever they come from, so plain HTTP will do. Credentials are refused: manifests are no place for them.
   *
   * @default - the releases' own location
   */
  readonly artifactMirror?: string;

  /**
   * HTTP or HTTPS URL of the proxy for downloads.
   *
   * @default - none
   */
  readonly httpsProxy?: string;

  /**
   * Hosts that are reached without the proxy.
   *
   * @default - none
   */
  readonly noProxy?: string[];

  /**
   * Certificates (PEM) that downloads trust in addition to Node.js's own.
   *
   * @default - none
   */
  readonly caBundle?: string;

  /**
   * PriorityClass of the installer's Pods, e.g. `system-node-critical`.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * SELinux context of the containers.
   *
   * @default - the container runtime's
   */
  readonly seLinuxOptions?: SeLinuxOptions;

  /**
   * AppArmor profile of the containers.
   *
   * @default - the container runtime's
   */
  readonly appArmorProfile?: AppArmorProfile;

  /**
   * Lowest Kubernetes minor that the manifests have to work on, e.g. `1.32`: that of the oldest kubelets, which may be older
   * than their control plane. At least `1.30`, and `1.32` with a readiness gate; older API servers would drop fields that
   * keep the node safe. From `1.36` on, releases that come from images are mounted as image volumes, which kubelets
   * have since then (with containerd 2.1 or newer, or CRI-O); before, and on nodes with Docker, a container copies them.
   *
   * @default '1.32'
   */
  readonly kubernetesVersion?: string;

  /**
   * Kubelet settings to put on the nodes. A new handler needs none.
   *
   * @default - the kubelet is left alone
   */
  readonly kubelet?: KubeletSettings;

  /**
   * Configuration of crictl to put on the nodes (`/etc/crictl.yaml`), written only where there is none or where it is
   * ours.
   *
   * @default - crictl's configuration is left alone
   */
  readonly crictl?: CrictlConfig;
}
