import { absolutePath, pathInOwnFolder } from './absolute-path';
import type { ContainerdPlatformOptions, CrioPlatformOptions, DockerPlatformOptions } from './node-platform-options';
import { NodeRestart } from './node-restart';
import { K0S } from './records/k0s';
import { K3S, K3S_AGENT, RKE2, RKE2_AGENT } from './records/k3s';
import { MICROK8S } from './records/microk8s';
import type { PlatformRecord } from './records/platform-record';
import { EKS_AL2023, FLATCAR, KIND, MINIKUBE } from './records/usual-containerd';
import { AKS, BOTTLEROCKET, GKE, OPENSHIFT, TALOS, WINDOWS } from './records/without-installer';
import type { KubeletPlan, PlatformPlan } from '../installer/install-plan';

/**
 * Where a kind of node keeps its container runtime, and how that runtime is told about a new handler.
 */
export class NodePlatform {
  /**
   * containerd 1.7 or 2.x as kubeadm, kubespray and most images set it up: `/etc/containerd/config.toml`, a systemd
   * unit `containerd.service`, the socket `/run/containerd/containerd.sock`.
   *
   * @see https://github.com/containerd/containerd/blob/main/docs/ops.md
   */
  public static readonly CONTAINERD = NodePlatform.containerd();

  /**
   * CRI-O 1.26 or newer with its usual paths: a drop-in for each handler in `/etc/crio/crio.conf.d`, and a restart of
   * CRI-O. Its own unit has no `KillMode=process`, so systemd ends with it what is in its control group: shims (the
   * installer waits until their Pods have ended), and with `cgroup_manager = "cgroupfs"` all containers (which it
   * refuses). For gVisor see `NodePlatform.crio`.
   *
   * CRI-O hands every annotation of a Pod to the runtime; `podAnnotations` of a runtime has no effect there.
   *
   * @see https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md
   * @see https://github.com/cri-o/cri-o/issues/10202 (why it is not told to read its files again)
   */
  public static readonly CRIO = NodePlatform.crio();

  /**
   * Docker Engine with its usual paths: an entry for each handler in `/etc/docker/daemon.json`, of which nothing else
   * changes, and which Docker reads again without a restart. gVisor is registered as a program (`path`), Kata as a shim
   * (`runtimeType`, Docker Engine 24 or newer).
   *
   * RuntimeClasses reach Docker through cri-dockerd 0.4 or newer only. There the containers of a Pod are containers of
   * Docker of which each has a sandbox of its own: what a sandbox is for a Pod on containerd does not hold.
   *
   * @see https://docs.docker.com/engine/daemon/alternative-runtimes/
   */
  public static readonly DOCKER = NodePlatform.docker();

  /**
   * k3s, servers and agents: a drop-in where the rendered `config.toml` imports its folder (2026 and newer), else a
   * block at the end of the template, which k3s renders together with its own base. The restart is one of k3s, and on a
   * server so of its API server: `maxConcurrentNodes` has to be 1.
   *
   * @see https://docs.k3s.io/advanced#configuring-containerd
   */
  public static readonly K3S = NodePlatform.recorded(() => K3S);

  /**
   * k3s agents alone, in a pool whose `nodeSelector` leaves the servers out; several may be installed at a time.
   *
   * @see https://docs.k3s.io/advanced#configuring-containerd
   */
  public static readonly K3S_AGENT = NodePlatform.recorded(() => K3S_AGENT);

  /**
   * RKE2, servers and agents, as `K3S`.
   *
   * @see https://docs.rke2.io/advanced#configuring-containerd
   */
  public static readonly RKE2 = NodePlatform.recorded(() => RKE2);

  /**
   * RKE2 agents alone, as `K3S_AGENT`.
   *
   * @see https://docs.rke2.io/advanced#configuring-containerd
   */
  public static readonly RKE2_AGENT = NodePlatform.recorded(() => RKE2_AGENT);

  /**
   * k0s: a drop-in in `/etc/k0s/containerd.d`, which k0s takes in without a restart of its own. Refused on nodes whose
   * `containerd.toml` is no longer managed by k0s.
   *
   * k0s 1.36 does not start with the version 2 tables that 1.35 needs: take the runtimes back (`DesiredState.ABSENT`)
   * before such an update, and bring them again after it.
   *
   * @see https://docs.k0sproject.io/stable/runtime/
   */
  public static readonly K0S = NodePlatform.recorded(() => K0S);

  /**
   * MicroK8s: a block at the end of `containerd-template.toml`, and a restart of the snap's containerd.
   *
   * @see https://github.com/canonical/microk8s/blob/master/microk8s-resources/default-args/containerd-template.toml
   */
  public static readonly MICROK8S = NodePlatform.recorded(() => MICROK8S);

  /**
   * Amazon EKS with Amazon Linux 2023. nodeadm writes containerd's configuration anew at each boot; the installer, which
   * runs again then, puts its entry back.
   *
   * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/
   */
  public static readonly EKS_AL2023 = NodePlatform.recorded(() => EKS_AL2023);

  /**
   * Nodes of kind, containers of their own on one machine. Kata needs `/dev/kvm` in them.
   *
   * @see https://kind.sigs.k8s.io/docs/user/configuration/#containerdconfigpatches
   */
  public static readonly KIND = NodePlatform.recorded(() => KIND);

  /**
   * Nodes of minikube started with `--container-runtime=containerd`.
   *
   * @see https://minikube.sigs.k8s.io/docs/commands/start/
   */
  public static readonly MINIKUBE = NodePlatform.recorded(() => MINIKUBE);

  /**
   * Flatcar Container Linux, whose own configuration is read-only: a drop-in where that imports one, else a copy that the
   * unit is told to read.
   *
   * @see https://www.flatcar.org/docs/latest/container-runtimes/customizing-docker/
   */
  public static readonly FLATCAR = NodePlatform.recorded(() => FLATCAR);

  /**
   * Talos: no installer can work there. `npx cdk8s-sandbox-runtimes render --platform talos` prints what its machine
   * configuration needs; `PreinstalledRuntime` names the handler.
   *
   * @see https://docs.siderolabs.com/talos
   */
  public static readonly TALOS = NodePlatform.recorded(() => TALOS);

  /**
   * GKE, which has its own: `SandboxRuntime.fromRuntimeClassName(scope, id, 'gvisor')`. An installer is refused.
   *
   * @see https://cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods
   */
  public static readonly GKE = NodePlatform.recorded(() => GKE);

  /**
   * AKS, which has its own: `SandboxRuntime.fromRuntimeClassName(scope, id, 'kata-vm-isolation')`. An installer is refused.
   *
   * @see https://learn.microsoft.com/azure/aks/use-pod-sandboxing
   */
  public static readonly AKS = NodePlatform.recorded(() => AKS);

  /**
   * Bottlerocket, where nothing can be installed. An installer is refused.
   *
   * @see https://github.com/bottlerocket-os/bottlerocket/issues/811
   */
  public static readonly BOTTLEROCKET = NodePlatform.recorded(() => BOTTLEROCKET);

  /**
   * OpenShift, which has an operator for Kata. An installer is refused.
   *
   * @see https://docs.redhat.com/en/documentation/openshift_sandboxed_containers/
   */
  public static readonly OPENSHIFT = NodePlatform.recorded(() => OPENSHIFT);

  /**
   * Windows nodes, for which there is no sandbox runtime. An installer is refused.
   *
   * @see https://kubernetes.io/docs/concepts/windows/intro/
   */
  public static readonly WINDOWS = NodePlatform.recorded(() => WINDOWS);

  /**
   * containerd with paths of your own.
   *
   * @param options what differs from `NodePlatform.CONTAINERD`
   * @throws if a path is not absolute, or the drop-in does not lie below the folder of the main file
   */
  public static containerd(options: ContainerdPlatformOptions = {}): NodePlatform {
    const configFile = pathInOwnFolder('configFile', options.configFile ?? '/etc/containerd/config.toml', 'write');
    const folder = folderOf(configFile);
    const dropInFile = absolutePath('dropInFile', options.dropInFile ?? `${folder}/conf.d/sandbox-runtimes.toml`);
    if (!dropInFile.startsWith(`${folder}/`) || !dropInFile.endsWith('.toml')) {
      throw new Error(`dropInFile must be a .toml file below ${folder}, the folder that the installer mounts, got "${dropInFile}"; `
        + `write for example ${folder}/conf.d/sandbox-runtimes.toml`);
    }
    // The name stands for the paths, and the line-up check holds it to them.
    const name = options.configFile ?? options.dropInFile ?? options.socket ? 'custom-containerd' : 'containerd';
    return new NodePlatform({
      name,
      configFile,
      dropInFile,
      socket: pathInOwnFolder('socket', options.socket ?? '/run/containerd/containerd.sock', 'read'),
      binaries: ['/usr/local/bin/containerd', '/usr/bin/containerd'],
      restart: (options.restart ?? NodeRestart.systemd('containerd.service'))._plan(),
    });
  }

  /**
   * CRI-O with paths of your own, or for gVisor, which needs CRI-O 1.37 or newer and `disableSelinux`.
   *
   * @param options what differs from `NodePlatform.CRIO`
   * @throws if a path is not absolute
   */
  public static crio(options: CrioPlatformOptions = {}): NodePlatform {
    const configFile = pathInOwnFolder('configFile', options.configFile ?? '/etc/crio/crio.conf', 'write');
    const name = options.configFile ?? options.socket ? 'custom-crio' : 'crio';
    return new NodePlatform({
      kind: 'crio',
      name,
      configFile,
      dropInFolder: `${folderOf(configFile)}/crio.conf.d`,
      disablesSelinux: options.disableSelinux ?? false,
      socket: pathInOwnFolder('socket', options.socket ?? '/var/run/crio/crio.sock', 'read'),
      binaries: ['/usr/local/bin/crio', '/usr/bin/crio'],
      restart: (options.restart ?? NodeRestart.systemd('crio.service'))._plan(),
    });
  }

  /**
   * Docker Engine with paths or a default runtime of your own.
   *
   * @param options what differs from `NodePlatform.DOCKER`
   * @throws if a path is not absolute
   */
  public static docker(options: DockerPlatformOptions = {}): NodePlatform {
    const { defaultRuntime } = options;
    const name = options.configFile ?? options.engineSocket ?? options.socket ? 'custom-docker' : 'docker';
    return new NodePlatform({
      kind: 'docker',
      name,
      configFile: pathInOwnFolder('configFile', options.configFile ?? '/etc/docker/daemon.json', 'write'),
      engineSocket: absolutePath('engineSocket', options.engineSocket ?? '/var/run/docker.sock'),
      ...(defaultRuntime === undefined ? {} : { defaultRuntime }),
      socket: absolutePath('socket', options.socket ?? '/run/cri-dockerd.sock'),
      binaries: ['/usr/local/bin/dockerd', '/usr/bin/dockerd', '/usr/sbin/dockerd'],
      restart: (options.restart ?? NodeRestart.systemd('docker.service'))._plan(),
    });
  }

  /** Records are loaded when something is asked of them (projenrc/bundle-library.mjs): an app has nodes of one kind or two. */
  private static recorded(record: () => PlatformRecord): NodePlatform {
    return new NodePlatform(undefined, record);
  }

  private constructor(private readonly ownPlan?: PlatformPlan, private readonly ownRecord?: () => PlatformRecord) {}

  /** Short name, as in the install plan. */
  public get name(): string {
    return (this.record ?? this.ownPlan!).name;
  }

  /**
   * Absent: it is made with options.
   *
   * @internal
   */
  public _record(): PlatformRecord | undefined {
    return this.record;
  }

  /** @internal */
  public _plan(): PlatformPlan {
    const plan = this.ownPlan ?? this.record!.plan;
    if (!plan) throw new Error(`there is no installer for ${this.record!.title}: ${this.record!.refusal}`);
    return plan;
  }

  /**
   * @throws where nothing can be installed, or not on so many nodes at a time
   * @internal
   */
  public _requireInstaller(maxConcurrentNodes: number): void {
    this._plan();
    if (this.record?.restartsControlPlane && maxConcurrentNodes > 1) {
      throw new Error(`maxConcurrentNodes is ${maxConcurrentNodes}, and on servers of ${this.record.title} the restart of containerd is one of the API server and its etcd, of which `
        + 'one at a time may be away; leave it out (1), or make a pool of agents alone with its own nodeSelector and NodePlatform.'
        + `${this.name.toUpperCase()}_AGENT`);
    }
  }

  /**
   * How settings of the kubelet are carried out here.
   *
   * @throws where the kubelet runs in the container runtime's own service, and the settings are not for that
   * @internal
   */
  public _kubelet(plan: KubeletPlan): KubeletPlan {
    const { restart } = this._plan();
    const folder = this.record?.kubeletFolder;
    if (folder === undefined || restart.kind !== 'systemd') return plan;
    const { unit, file: { path }, environmentFiles } = plan;
    const units = [restart.unit, restart.otherUnit ?? []].flat();
    if (!units.includes(unit) || folderOf(path) !== folder) {
      throw new Error(`the kubelet settings are a file in ${folderOf(path)} for ${unit}; on nodes of the platform ${this.name} the kubelet runs in `
        + `${units.join(' or ')}, with the container runtime, and reads ${folder}: write new KubeletSettings({ unit: '${units[0]}', configDir: '${folder}', ... })`);
    }
    if (environmentFiles) {
      throw new Error(`environmentFiles of the kubelet settings has ${environmentFiles.join(', ')}, and on nodes of the platform ${this.name} the kubelet takes no arguments from `
        + 'files of its unit; leave it out');
    }
    return { ...plan, kind: 'embedded' };
  }

  /**
   * Host folders that `install` mounts: read-write what it writes (`existing` is not made where it is not there: such a
   * node is of another kind), read-only the folders of the sockets. A folder,
   * never a socket file: that one would be dead after the next restart. Docker's socket is the exception: it lies in
   * `/run` itself, where all other sockets of the host are as well, and Docker is never restarted.
   *
   * @internal
   */
  public _hostFolders(): { readWrite: string[]; existing: string[]; readOnly: string[]; sockets: string[] } {
    const plan = this._plan();
    if (this.record?.folders) {
      const { readWrite, readOnly, existing = [] } = this.record.folders;
      return { readWrite: [...readWrite], existing: [...existing], readOnly: [...readOnly], sockets: [] };
    }
    const { restart } = plan;
    const process = restart.kind === 'supervised' ? folderOf(restart.pidFile) : '/run/systemd';
    return {
      readWrite: [folderOf(plan.configFile)],
      existing: [],
      readOnly: [...new Set(plan.kind === 'docker' ? [process] : [folderOf(plan.socket), process])],
      sockets: plan.kind === 'docker' ? [plan.engineSocket] : [],
    };
  }

  private get record(): PlatformRecord | undefined {
    return this.ownRecord?.();
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
