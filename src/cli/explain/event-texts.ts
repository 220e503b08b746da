/** A text that somebody finds in an event, a log or a status, and the links that it is about. */
export interface EventText {
  readonly pattern: RegExp;
  /** What it means; `$1` is what the pattern found. */
  readonly means: string;
  /** Ids of the rules whose link is broken, most likely first. */
  readonly rules: readonly string[];
  readonly look: readonly string[];
}

const NODE_OF_POD = 'kubectl get pod NAME -o jsonpath={.spec.nodeName}, and what that node serves: kubectl get node NODE -o jsonpath={.status.runtimeHandlers[*].name}';
const CLASSES = 'kubectl get runtimeclasses';
const RUNTIME_LOG = 'journalctl -u containerd --since -10min on the node';

/**
 * The words of kubelet, API server, scheduler, container runtimes and sandboxes.
 *
 * Sources: containerd internal/cri/config (GetSandboxRuntime), core/runtime/v2/shim_manager.go (resolveRuntimePath); CRI-O
 * server/runtime_handler; Kubernetes plugin/pkg/admission/runtimeclass and the scheduler's NodeAffinity; gVisor
 * runsc/specutils, g3doc/user_guide/FAQ.md and pull request 11328; Kata Containers' issues 2011, 10914, 13591.
 */
export const EVENT_TEXTS: readonly EventText[] = [
  {
    pattern: /no runtime for "?([\w.-]+)"? is configured/i,
    means: 'containerd has no runtime table with the key "$1": nothing installed the handler on this node, the table has another key or is one of the wrong version '
      + '(a v2 table in a version 3 file is ignored without a word), or containerd was not restarted since.',
    rules: ['handler-installed', 'node-handler', 'runtime-table', 'readiness-label'],
    look: [NODE_OF_POD, 'containerd config dump | grep -A3 "runtimes.$1" on the node', RUNTIME_LOG],
  },
  {
    pattern: /RuntimeHandler "?([\w.-]+)"? not supported/i,
    means: 'the kubelet\'s container runtime does not know the handler "$1" at all: often the node runs another one than thought (dockershim, CRI-O or a second containerd).',
    rules: ['handler-installed', 'node-handler', 'platform'],
    look: ['kubectl get node NODE -o jsonpath={.status.nodeInfo.containerRuntimeVersion}', NODE_OF_POD],
  },
  {
    pattern: /failed to find runtime handler "?([\w.-]+)"?/i,
    means: 'CRI-O has no handler "$1": its drop-in is missing or was removed while Pods still ran on it.',
    rules: ['handler-installed', 'runtime-table', 'gvisor-on-crio'],
    look: ['crio status config | grep -A3 runtimes on the node', 'ls /etc/crio/crio.conf.d on the node'],
  },
  {
    pattern: /RuntimeClass(?:\.node\.k8s\.io)? "?([\w.-]+)"? not found/i,
    means: 'there is no RuntimeClass "$1" in the cluster, so the API server refuses the Pod. What makes the Pod (a ReplicaSet, a Job) keeps the reason in its own events.',
    rules: ['class-exists', 'class-of-runtime'],
    look: ['kubectl get runtimeclasses', 'kubectl get events -A --field-selector reason=FailedCreate'],
  },
  {
    pattern: /binary not installed "?([\w.-]+)"?|(containerd-shim-[\w.-]+)["']?: (?:executable )?file (?:does not exist|not found)|failed to start shim|fork\/exec [^ ]*(containerd-shim-[\w.-]+): no such file/i,
    means: 'the runtime table is there, but containerd does not find the shim: runtime_path names nothing, or there is none and the program is not on containerd\'s PATH. It remembers that until it is restarted.',
    rules: ['shim', 'artifact', 'config-path'],
    look: ['grep -r runtime_path /etc/containerd and ls -l that path, on the node', RUNTIME_LOG],
  },
  {
    pattern: /exec format error/i,
    means: 'a program is for another architecture, or is no program: a download that failed leaves an error page under its name.',
    rules: ['artifact', 'release', 'kata-release'],
    look: ['file PROGRAM on the node', 'kubectl get node NODE -o jsonpath={.status.nodeInfo.architecture}'],
  },
  {
    pattern: /sidecar "?([\w.-]+)"? not usable/i,
    means: 'runsc does not find the programs of its release: since 2026-08 gVisor is a folder (gvisor-bin/ beside runsc), and copying runsc alone is not enough.',
    rules: ['artifact', 'staged-files', 'release'],
    look: ['ls -l gvisor-bin beside runsc on the node; all folders on the way have to be 0755'],
  },
  {
    pattern: /decode config file|failed to load (?:shim )?config|cannot find .*configuration-.*\.toml|Config file .* not found/i,
    means: 'the shim does not find or understand its configuration file.',
    rules: ['config-path', 'staged-files'],
    look: ['the ConfigPath of the handler in containerd config dump, and that file, on the node'],
  },
  {
    pattern: /flag provided but not defined: -?-?([\w-]+)/i,
    means: 'runsc does not know the option "$1": it is of a newer release than the one on the node, or misspelled.',
    rules: ['release', 'staged-files'],
    look: ['runsc --version on the node'],
  },
  {
    pattern: /waiting for sandbox to start: EOF/i,
    means: 'gVisor\'s sandbox ended before it was ready. Why is said only in its own log, which it writes where the options of the runtime have debug and debug-log; memory that is too little and filters of the node are usual.',
    rules: ['unenforced-limits', 'artifact', 'node-requirements'],
    look: [RUNTIME_LOG, 'dmesg on the node: processes that ran out of memory, and filters that were hit'],
  },
  {
    pattern: /RuntimeClass.*handler.*(?:field is immutable)/i,
    means: 'a RuntimeClass keeps its handler for life. Delete the class and create it again, or give the new one another name; Pods that run are not touched by that.',
    rules: ['class-of-runtime'],
    look: ['kubectl get runtimeclass NAME -o jsonpath={.handler}', 'cdk8s-sandbox-runtimes diff OLD NEW'],
  },
  {
    pattern: /denied request: runtime-class: /i,
    means: 'a policy of the namespace (RuntimeClassPolicy) takes only Pods that ask for one of its sandboxes; the message says which.',
    rules: ['class-exists'],
    look: ['kubectl get validatingadmissionpolicybindings', CLASSES],
  },
  {
    pattern: /SELinux is not supported/i,
    means: 'gVisor starts no container that has an SELinux label.',
    rules: ['gvisor-on-crio', 'selinux-options'],
    look: ['enable_selinux in containerd config dump, or selinux in crio status config, on the node'],
  },
  {
    pattern: /mount option r?shared not supported|root mount propagation option must specify/i,
    means: 'gVisor knows no mountPropagation: Bidirectional.',
    rules: ['mount-propagation'],
    look: ['kubectl get pod NAME -o yaml | grep mountPropagation'],
  },
  {
    pattern: /\/dev\/kvm|KVM (?:is )?not (?:available|supported)|Could not access KVM|vhost-vsock/i,
    means: 'the node has no hardware virtualization that Kata could use: no /dev/kvm, or none within this virtual machine.',
    rules: ['node-requirements', 'handler-installed'],
    look: ['ls -l /dev/kvm /dev/vhost-vsock /dev/vhost-net on the node', 'cat /sys/module/kvm_*/parameters/nested on the node\'s host'],
  },
  {
    pattern: /timed out connecting to (?:vsock|hybrid vsocket)|failed to check if grpc server is working|agent did not (?:start|respond)/i,
    means: 'Kata\'s virtual machine was started but its agent never answered: the guest did not boot. A Pod with a limit for CPU but none for memory gets a guest that is too small to boot.',
    rules: ['kata-guest-size', 'kata-overhead', 'kata-release'],
    look: ['kubectl get pod NAME -o jsonpath={.spec.containers[*].resources}', RUNTIME_LOG],
  },
  {
    pattern: /annotation .*not (?:enabled|permitted|allowed)|hypervisor annotation|enable_annotations/i,
    means: 'the Pod has an annotation that Kata does not let Pods set (enable_annotations).',
    rules: ['kata-annotations', 'dangerous-annotation'],
    look: ['kubectl get pod NAME -o jsonpath={.metadata.annotations}'],
  },
  {
    pattern: /didn't match Pod's node affinity\/selector|node\(s\) didn't match node selector/i,
    means: 'no node has the labels that Pod and RuntimeClass select together: usually no node is proven yet, so look at what the installer says.',
    rules: ['node-handler', 'readiness-label', 'others-label', 'pod-node-selector'],
    look: ['kubectl get runtimeclass NAME -o jsonpath={.scheduling}', 'kubectl get nodes --show-labels', 'cdk8s-sandbox-runtimes status FILE'],
  },
  {
    pattern: /had (?:untolerated|taints?)|untolerated taint \{?([^}]*)\}?/i,
    means: 'the nodes of the pool have a taint that neither the Pod nor its RuntimeClass tolerates.',
    rules: ['tolerations'],
    look: ['kubectl get nodes -o custom-columns=NODE:.metadata.name,TAINTS:.spec.taints', 'kubectl get runtimeclass NAME -o jsonpath={.scheduling.tolerations}'],
  },
  {
    pattern: /conflict: runtimeClass[. ]scheduling|node selector conflicts|conflicting (?:nodeSelector|label)/i,
    means: 'the Pod selects a node by a label for which its RuntimeClass asks another value.',
    rules: ['pod-node-selector'],
    look: ['kubectl get runtimeclass NAME -o jsonpath={.scheduling.nodeSelector}'],
  },
  {
    pattern: /overhead (?:set without|must match|does not match)|pod rejected: Pod's Overhead/i,
    means: 'the Pod states an overhead that is not the one of its RuntimeClass; the class alone states it.',
    rules: ['overhead', 'kata-overhead'],
    look: ['kubectl get runtimeclass NAME -o jsonpath={.overhead}'],
  },
  {
    pattern: /connect: invalid argument|"version":2,"address"/i,
    means: 'the shim is newer than containerd: since 2026-05 gVisor\'s shim needs containerd 1.7.',
    rules: ['node-requirements'],
    look: ['kubectl get node NODE -o jsonpath={.status.nodeInfo.containerRuntimeVersion}'],
  },
  {
    pattern: /unknown service runtime\.v1\.RuntimeService|container runtime is down|config version .* is not supported/i,
    means: 'containerd runs without its CRI plugin, or not at all: its configuration is broken, often by a drop-in that does not suit its version.',
    rules: ['runtime-table', 'platform'],
    look: ['containerd config dump on the node', RUNTIME_LOG],
  },
  {
    pattern: /OOMKilled|out of memory/i,
    means: 'in Kata the hypervisor is within the Pod\'s memory; an overhead that is too small kills the Pod where it uses what it was given.',
    rules: ['kata-overhead', 'kata-guest-size'],
    look: ['kubectl get runtimeclass NAME -o jsonpath={.overhead}'],
  },
];
