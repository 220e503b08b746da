/**
 * Where things are inside the installer's containers, shared by the DaemonSet (which mounts them) and the node agent
 * (which reads them). Host folders keep their host path in the container, so that the absolute paths in containerd's
 * configuration mean the same in both; only `/usr` cannot.
 */
export const POD_LAYOUT = {
  /** Projected ConfigMaps, read-only: `plan.json`, `agent.js`, `files/<key>`. */
  bundle: '/sandbox-runtimes',
  /** emptyDir shared by the containers: `verdict.json`, `ready`, and of `watch` `drift.json`, `hashes.json` and `news`. */
  shared: '/run/sandbox-runtimes',
  /** A file in it that is there while the node is ready; the readiness probe asks for it. */
  ready: '/run/sandbox-runtimes/ready',
  /** A file in it that `watch` makes when it has found something out, and that ends the sleep of `admit`. */
  news: '/run/sandbox-runtimes/news',
  /** Token and certificate, where Kubernetes itself would mount them. */
  serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount',
  /** emptyDir with the installer's own Node.js, for containers of images that have no program to copy files with. */
  lent: '/lent',
  /** emptyDirs with the archives of images, one for each image. */
  copies: '/copies',
  /** Where the kubelet takes a container's termination message from; its own default. */
  terminationLog: '/dev/termination-log',
  /** Where {@link HOST_USR} is instead, recursive read-only. */
  hostUsr: '/host/usr',
} as const;

/** The one host folder that is not at its own path: there the Pod's image has its programs. */
export const HOST_USR = '/usr';

/** What containerd 1.7 to 2.2 makes at its start wherever its state is, also when `install` only tries a configuration. */
export const CONTAINERD_STATE = '/run/containerd';

/** Environment variables that the DaemonSet sets and the agent reads. */
export const AGENT_ENV = {
  /** From the Pod's annotation. */
  planHash: 'PLAN_HASH',
  /** Of the containers that talk to the API server. */
  nodeName: 'NODE_NAME',
} as const;

/** Annotation of the Pod template with the hash of the mounted files. */
export const PLAN_HASH_ANNOTATION = 'sandbox-runtimes/plan-hash';

/** What is lent. */
export const LENT_LAYOUT = {
  loader: `${POD_LAYOUT.lent}/loader`,
  libraries: `${POD_LAYOUT.lent}/lib`,
  node: `${POD_LAYOUT.lent}/node`,
} as const;

/** Starts it in a container whose image has neither its loader nor its libraries. */
export const LENT_NODE: readonly string[] = [LENT_LAYOUT.loader, '--library-path', LENT_LAYOUT.libraries, LENT_LAYOUT.node];
