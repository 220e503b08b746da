import type { RuleGuide } from './rule-guide';
import { EXCEPTION_PREFIX } from '../../lineup/pod-exceptions';
import type { PodRule } from '../../lineup/pod-rule';
import { POD_RULES } from '../../lineup/pod-rules';
import { ARCH_LABEL } from '../../platform/arch-label';

const CLASSES = 'kubectl get runtimeclasses -o custom-columns=NAME:.metadata.name,HANDLER:.handler,SELECTS:.scheduling.nodeSelector';
const SERVED = 'kubectl get nodes -o custom-columns=NODE:.metadata.name,HANDLERS:.status.runtimeHandlers[*].name';
const LABELS = 'kubectl get nodes --show-labels | tr , "\\n" | grep -e sandbox-runtimes -e katacontainers.io -e gvisor';
const INSTALLERS = 'kubectl get daemonsets -A -o wide';
const PLAN = 'kubectl get configmaps -A -o name | grep -e -plan -e -files';
const SYNTH = 'synthesize again (cdk8s synth) and compare with "cdk8s-sandbox-runtimes diff OLD NEW"';
const POD = 'kubectl get pod -n NAMESPACE NAME -o yaml';
const AGENT_LOG = 'kubectl logs -n NAMESPACE daemonset/INSTALLER -c install';

/** By the id of the rule. */
const GUIDES: { readonly [rule: string]: RuleGuide } = {
  'class-exists': {
    link: 'Pod -> RuntimeClass',
    why: 'The API server refuses a Pod whose runtimeClassName names no RuntimeClass: "pod rejected: RuntimeClass ... not found". A Deployment then has no Pods and says why only in the events of its ReplicaSet.',
    look: [CLASSES, 'kubectl get events -A --field-selector reason=FailedCreate'],
  },
  'exception': {
    link: 'Pod -> sandbox',
    why: `An annotation ${EXCEPTION_PREFIX}RULE excepts a Pod from a rule that it breaks, and its value says why. One for another rule, or without a reason, excepts from nothing.`,
    look: [POD],
  },
  'pod-node-selector': {
    link: 'Pod -> node',
    why: 'The node selectors of Pod and class are put together when the Pod is created; where both have a key with different values the API server refuses the Pod. A required node affinity that rules out a label of the class leaves it Pending.',
    look: [CLASSES, 'kubectl get pod NAME -o jsonpath={.spec.nodeSelector}{.spec.affinity.nodeAffinity}'],
  },
  'kata-guest-size': {
    link: 'Pod -> virtual machine',
    why: 'Kata sizes the guest by the limits of the Pod. With a limit for CPU but none for memory the guest of a shim with static sizing gets a few MiB and cannot boot; without limits it gets a default that Kubernetes does not account for.',
    look: ['kubectl get pod NAME -o jsonpath={.spec.containers[*].resources}'],
  },
  'kata-annotations': {
    link: 'Pod -> hypervisor',
    why: 'An annotation io.katacontainers.config.hypervisor.* has to pass containerd (pod_annotations) and be allowed by Kata (enable_annotations). Otherwise it has no effect, or the Pod does not start.',
    look: ['the enable_annotations of the shim\'s configuration file on the node', 'crictl info | grep -A3 pod_annotations'],
  },
  'class-of-runtime': {
    link: 'RuntimeClass -> handler',
    why: 'Every installed runtime has a RuntimeClass, and that class names the handler that the installer brings. A class with another handler sends its Pods to a runtime that nobody installed.',
    look: [CLASSES, PLAN],
  },
  'handler-installed': {
    link: 'RuntimeClass -> handler on the nodes',
    why: 'A handler that no installer brings leaves Pods in ContainerCreating: no runtime for "..." is configured.',
    look: [SERVED, INSTALLERS, 'declare what comes from elsewhere: --handler NAME, or --external CLASS'],
  },
  'node-handler': {
    link: 'RuntimeClass -> nodes of the cluster',
    why: 'The nodes that a class selects have to exist, and their container runtime has to serve the handler. The kubelet reports what is served (status.runtimeHandlers), from containerd 2.0 on.',
    look: [SERVED, LABELS],
  },
  'readiness-label': {
    link: 'RuntimeClass -> node label',
    why: 'The installer labels a node once a sandbox of the handler has run there. A class that selects another label reaches nodes where nothing was proven, or none at all.',
    look: [LABELS, CLASSES],
  },
  'others-label': {
    link: 'RuntimeClass -> node label of another installer',
    why: 'Other installers label their nodes, too (katacontainers.io/kata-runtime=true). A class that does not select the label lets Pods reach nodes that are not done.',
    look: [LABELS, CLASSES],
  },
  'tolerations': {
    link: 'Pod -> tainted pool',
    why: 'The class adds its tolerations to its Pods. Where the installer tolerates a taint of its pool and the class does not, the Pods never get onto these nodes.',
    look: ['kubectl get nodes -o custom-columns=NODE:.metadata.name,TAINTS:.spec.taints', 'kubectl get runtimeclass NAME -o yaml'],
  },
  'sandbox-in-name-only': {
    link: 'RuntimeClass -> isolation',
    why: 'A class that is called gvisor or kata but has the handler runc runs its Pods without any sandbox, and everything looks healthy.',
    look: [CLASSES, 'in a Pod of the class: dmesg | head (gVisor says so), uname -r (differs from the node\'s)'],
  },
  'duplicate-name': {
    link: 'one name -> one thing',
    why: 'A second RuntimeClass of a name overwrites the first one, and a node has one runtime table per handler.',
    look: [CLASSES],
  },
  'valid-name': {
    link: 'names -> Kubernetes',
    why: 'The API server takes only DNS subdomains as names of RuntimeClasses and DNS labels as handlers.',
    look: ['kubectl apply --dry-run=server -f FILE'],
  },
  'kata-overhead': {
    link: 'RuntimeClass -> virtual machine',
    why: 'overhead.podFixed pays for the guest\'s kernel and for the hypervisor. If it is smaller than what the guest gets beyond the limits, the Pod is killed where it uses what it was given.',
    look: ['kubectl get runtimeclass NAME -o jsonpath={.overhead}'],
  },
  'retired-runtime': {
    link: 'RuntimeClass -> runtime',
    why: 'Handlers of runtimes that nothing supports any more (runV, Clear Containers, frakti, ...) come from old guides; each has a successor.',
    look: [CLASSES],
  },
  'runtime-table': {
    link: 'handler -> runtime table',
    why: 'The container runtime finds a handler by the key of its table. A table with another key, or one of the wrong version, is ignored without a word.',
    look: ['crictl info, member runtimes', 'containerd config dump | grep runtimes', PLAN],
  },
  'gvisor-on-crio': {
    link: 'runtime table -> gVisor on CRI-O',
    why: 'gVisor starts no container with SELinux labels, and its shim has to be told that the containers of a Pod share a sandbox.',
    look: ['crio status config | grep -e selinux -e runtimes'],
  },
  'docker-runtime': {
    link: 'runtime table -> daemon.json',
    why: 'Docker starts runc-compatible programs by path and shims by runtimeType; mixing both keeps dockerd from starting.',
    look: ['docker info --format {{.Runtimes}}', 'dockerd --validate'],
  },
  'shim': {
    link: 'runtime table -> shim',
    why: 'runtime_path names the program that containerd starts for each Pod. A path where nothing is fails only when a Pod starts.',
    look: ['ls -l /opt/sandbox-runtimes/*/*/ on a node', PLAN],
  },
  'config-path': {
    link: 'runtime table -> configuration file',
    why: 'ConfigPath names the shim\'s own configuration file. Without it the shim starts with its defaults, or not at all.',
    look: ['ls -l /opt/sandbox-runtimes/config/*/ on a node', PLAN],
  },
  'staged-files': {
    link: 'configuration file -> files of the release',
    why: 'What the plan names has to be in the files ConfigMap, byte for byte, and may name only programs that the release brings.',
    look: [PLAN, SYNTH],
  },
  'artifact': {
    link: 'shim -> archive',
    why: 'The archive that a node downloads has to be of the release, for its architecture, and is unpacked to the folder of the release.',
    look: ['cdk8s-sandbox-runtimes images FILES', SYNTH],
  },
  'release': { link: 'gVisor release -> archive', why: 'Of a release that the library knows, it is known what is in the archive and where it lies.', look: ['cdk8s-sandbox-runtimes images FILES', SYNTH] },
  'kata-release': { link: 'Kata release -> archive', why: 'Of a shim and a release that the library knows, it is known which files and programs belong to them.', look: ['cdk8s-sandbox-runtimes images FILES', SYNTH] },
  'platform': { link: 'plan -> node platform', why: 'A platform that goes by a known name has its configuration, socket and programs where such nodes have them.', look: [PLAN, SYNTH] },
  'node-requirements': { link: 'runtime -> node', why: 'What is looked at on a node before anything is written are the kernel settings and devices that the runtime needs.', look: [AGENT_LOG] },
  'installer-plan': { link: 'installer -> plan', why: 'The installer carries out plan.json. One that cannot be read, or that is of another installer, changes nothing on nodes.', look: [PLAN, AGENT_LOG] },
  'installer-bundle': { link: 'installer -> ConfigMaps', why: 'What the installer\'s Pod mounts has to be there, or it stays in ContainerCreating.', look: [PLAN, 'kubectl describe pod -n NAMESPACE POD'] },
  'plan-hash': { link: 'installer -> content', why: 'The Pod template carries the hash of what it mounts, so that a change rolls the installer; the agent refuses files with another hash.', look: [SYNTH, AGENT_LOG] },
  'installer-pods': { link: 'DaemonSet -> its Pods', why: 'Selector, labels and namespace of the installer decide whether its Pods are made and found.', look: [INSTALLERS] },
  'installer-architectures': {
    link: 'DaemonSet -> nodes',
    why: 'On a node whose architecture no release is for, the installer fails and keeps its rollout slot, so that no other node gets its turn.',
    look: [`kubectl get nodes -L ${ARCH_LABEL}`, INSTALLERS],
  },
  'installer-images': {
    link: 'image -> installer',
    why: 'Where a release comes in an image, install mounts that image, or a container of it copies its archives to a volume that install reads.',
    look: ['kubectl get daemonset -n NAMESPACE INSTALLER -o yaml', SYNTH],
  },
  'installer-watch': {
    link: 'plan -> node, afterwards',
    why: 'Where the installer watches the files on the node, the container that does so sees them, can write none of them, and is heard by admit.',
    look: ['kubectl get daemonset -n NAMESPACE INSTALLER -o yaml', SYNTH],
  },
  'autoscaled-pool': {
    link: 'installer -> autoscaler',
    why: 'An autoscaler adds a node only if a waiting Pod would fit it. Where the RuntimeClass selects a label that nodes get only after they are there, the pool never grows.',
    look: [CLASSES, 'kubectl get nodepools.karpenter.sh -o yaml'],
  },
  'installer-mounts': { link: 'plan -> host folders', why: 'The agent finds every path of the plan at the path that it has on the host, and writes only where it may.', look: ['kubectl get daemonset -n NAMESPACE INSTALLER -o yaml', SYNTH] },
  'installer-commands': { link: 'installer -> agent', why: 'The containers start the agent of the bundle, under the lock that all installers of a node share.', look: ['kubectl get daemonset -n NAMESPACE INSTALLER -o yaml', SYNTH] },
  'installer-token': { link: 'installer -> API server', why: 'No container has both the host and a token, and those that need a token find it where the agent looks.', look: ['kubectl get daemonset -n NAMESPACE INSTALLER -o yaml', SYNTH] },
  'installer-overlap': { link: 'installer -> node', why: 'A node belongs to one installer; two that select the same node would undo each other\'s work.', look: [INSTALLERS] },
  'fence': {
    link: 'installer\'s token -> API server',
    why: 'The token may set only the labels of its handlers on its own node, and take only its slots. Role, admission policy and slots have to agree with the plan.',
    look: ['kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings', 'kubectl get leases -n NAMESPACE', SYNTH],
  },
};

/** What is known of a rule; of one that nobody has written about yet, its id. */
export function ruleGuide(id: string): RuleGuide {
  const podRule = POD_RULES.find((rule) => rule.id === id);
  return podRule ? podRuleGuide(podRule) : Object.hasOwn(GUIDES, id) ? GUIDES[id] : { link: id, why: `The check calls this link "${id}".`, look: [] };
}

function podRuleGuide({ about, gvisor = [], kata = [] }: PodRule): RuleGuide {
  const verdicts = [['gVisor', gvisor] as const, ['Kata', kata] as const].flatMap(([sandbox, all]) => all.map(({ severity, reason, instead, when }) => (
    ` In ${sandbox}${when ? `, ${when.text}` : ''} (${severity}): ${reason}; ${instead}.`
  )));
  return { link: 'Pod -> sandbox', why: `${about.replace(/`/g, '')}.${verdicts.join('')}`, look: [POD] };
}

export const GUIDED_RULES: readonly string[] = [...Object.keys(GUIDES), ...POD_RULES.map(({ id }) => id)];
