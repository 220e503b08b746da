import { basename } from 'node:path/posix';
import type { AppArmorProfile } from './app-armor-profile';
import { HOST_LAYOUT } from './host-layout';
import type { SeLinuxOptions } from './node-installer-props';
import { AGENT_ENV, CONTAINERD_STATE, HOST_USR, LENT_NODE, PLAN_HASH_ANNOTATION, POD_LAYOUT } from './pod-layout';
import { isDnsLabel } from '../runtime/runtime-names';

/** What the Pod template of an installer is made of. */
export interface InstallerPod {
  readonly name: string;
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  /** Absent without a gate: no service account, no token, no `claim`. */
  readonly serviceAccount?: string;
  readonly bundle: { readonly plan: string; readonly agent: string; readonly files: string; readonly fileKeys: readonly string[] };
  readonly planHash: string;
  readonly hostFolders: { readonly readWrite: readonly string[]; readonly existing: readonly string[]; readonly readOnly: readonly string[] };
  /** Single files of the host that `install` writes in place. */
  readonly hostFiles: readonly string[];
  /** Single files of the host that `install` only reads. */
  readonly hostFilesToRead: readonly string[];
  /** Folders of the host that others have filled, and that are only read; where one is missing, only those handlers fail that need it. */
  readonly foreignFolders: readonly string[];
  /** Whether `install` starts the node's containerd to try a configuration. */
  readonly triesContainerd: boolean;
  /** Images with archives of releases, no two for one folder. */
  readonly images: readonly ReleaseImage[];
  /** Sockets of the host whose server is not restarted. */
  readonly hostSockets: readonly string[];
  readonly affinity?: object;
  readonly nodeSelector: { readonly [key: string]: string };
  readonly tolerations: readonly Record<string, string>[];
  readonly priorityClassName?: string;
  readonly seLinuxOptions?: SeLinuxOptions;
  readonly appArmorProfile?: AppArmorProfile;
  /** Absent: nothing is watched between the runs of `install`. */
  readonly watch?: WatchedHost;
  /** Environment of `install` alone: proxies and the certificate bundle. */
  readonly downloadEnv: { readonly [name: string]: string };
}

/** An image with archives of releases. */
export interface ReleaseImage {
  readonly image: string;
  /** Where `install` has what is copied out of the image, or the image itself. */
  readonly folder: string;
  readonly mounted: boolean;
}

const IS_READY = ['test', '-f', POD_LAYOUT.ready];
/** The largest number that the field takes. */
const NEVER = 2 ** 31 - 1;

/** What the container `watch` looks at, and how often. */
export interface WatchedHost {
  readonly seconds: number;
  /** Paths of the host, of those that `install` mounts. */
  readonly paths: readonly string[];
}

const AGENT = `${POD_LAYOUT.bundle}/agent.js`;
/** How often `admit` looks again; between two looks only the shell sleeps. */
const REASSERT_SECONDS = 300;
/** How often its shell looks whether there is news of `watch`. */
const NEWS_SECONDS = 10;

const LENT = 'lent';

const UNPRIVILEGED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
};

/**
 * Pod template of the installer's DaemonSet: three containers, none of which holds both the host and the API, and where
 * archives are copied out of images one for each of them, which holds neither.
 */
export function installerPodTemplate(pod: InstallerPod, labels: Record<string, string>) {
  const planHash = { name: AGENT_ENV.planHash, valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${PLAN_HASH_ANNOTATION}']` } } };
  const withApi = pod.serviceAccount ? [planHash, { name: AGENT_ENV.nodeName, valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }] : [planHash];
  const bundle = { name: 'bundle', mountPath: POD_LAYOUT.bundle, readOnly: true };
  const shared = { name: 'shared', mountPath: POD_LAYOUT.shared };
  const token = pod.serviceAccount ? [{ name: 'token', mountPath: POD_LAYOUT.serviceAccount, readOnly: true }] : [];

  const images = releaseImages(pod, bundle);
  const containerdState = needsContainerdState(pod) ? [{ name: 'containerd-state', mountPath: CONTAINERD_STATE }] : [];

  const claim = {
    name: 'claim',
    image: pod.image,
    command: ['node', AGENT, 'claim'],
    env: withApi,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
    securityContext: UNPRIVILEGED,
    volumeMounts: [bundle, ...token],
  };
  const install = {
    name: 'install',
    image: pod.image,
    command: ['flock', HOST_LAYOUT.lock, 'node', AGENT, 'install'],
    env: [planHash, ...Object.entries(pod.downloadEnv).map(([name, value]) => ({ name, value }))],
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '512Mi' } },
    securityContext: UNPRIVILEGED,
    volumeMounts: [
      bundle,
      shared,
      { name: 'tmp', mountPath: '/tmp' },
      ...containerdState,
      ...images.volumes.map(({ name, folder }) => ({ name, mountPath: folder, readOnly: true })),
      ...hostVolumes(pod).map(hostMount),
    ],
  };
  const admit = {
    name: 'admit',
    image: pod.image,
    command: ['sh', '-c', admitLoop(pod.watch)],
    env: withApi,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
    // A rollout goes on when this Pod is ready, so the first time is looked for more often; a node that failed never gets there.
    startupProbe: { exec: { command: IS_READY }, periodSeconds: 2, failureThreshold: NEVER },
    readinessProbe: { exec: { command: IS_READY }, periodSeconds: 10 },
    securityContext: UNPRIVILEGED,
    volumeMounts: [bundle, shared, ...token],
  };

  return {
    metadata: { labels, annotations: { [PLAN_HASH_ANNOTATION]: pod.planHash } },
    spec: {
      ...(pod.serviceAccount ? { serviceAccountName: pod.serviceAccount } : {}),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(pod.priorityClassName ? { priorityClassName: pod.priorityClassName } : {}),
      ...(pod.imagePullSecrets.length ? { imagePullSecrets: pod.imagePullSecrets.map((name) => ({ name })) } : {}),
      nodeSelector: pod.nodeSelector,
      ...(pod.affinity ? { affinity: pod.affinity } : {}),
      ...(pod.tolerations.length ? { tolerations: pod.tolerations } : {}),
      securityContext: {
        runAsUser: 0,
        runAsGroup: 0,
        seccompProfile: { type: 'RuntimeDefault' },
        ...(pod.seLinuxOptions ? { seLinuxOptions: { ...pod.seLinuxOptions } } : {}),
        ...(pod.appArmorProfile ? { appArmorProfile: pod.appArmorProfile._manifest() } : {}),
      },
      // A transaction that runs is left to finish.
      terminationGracePeriodSeconds: 60,
      initContainers: [...(pod.serviceAccount ? [claim] : []), ...images.containers, install],
      containers: [admit, ...(pod.watch ? [watchContainer(pod, pod.watch, [planHash], [bundle, shared])] : [])],
      volumes: [
        {
          name: 'bundle',
          projected: {
            sources: [
              { configMap: { name: pod.bundle.plan, items: [{ key: 'plan.json', path: 'plan.json' }] } },
              { configMap: { name: pod.bundle.agent, items: [{ key: 'agent.js', path: 'agent.js' }] } },
              { configMap: { name: pod.bundle.files, items: pod.bundle.fileKeys.map((key) => ({ key, path: `files/${key}` })) } },
            ],
          },
        },
        { name: 'shared', emptyDir: { sizeLimit: '1Mi' } },
        { name: 'tmp', emptyDir: {} },
        ...containerdState.map(({ name }) => ({ name, emptyDir: { sizeLimit: '1Mi' } })),
        ...(images.containers.length ? [{ name: LENT, emptyDir: {} }] : []),
        ...images.volumes.map(({ name, source }) => ({ name, ...source })),
        ...(pod.serviceAccount ? [{ name: 'token', projected: { sources: tokenSources() } }] : []),
        ...hostVolumes(pod).map(({ volume, path, type }) => ({ name: volume, hostPath: { path, type } })),
      ],
    },
  };
}

/**
 * Volumes with archives: images as they are, or what containers copy out of them. Such an image need not have any program
 * that could copy, so that the first container lends the others the installer's own Node.js, with its loader and libraries.
 */
function releaseImages(pod: InstallerPod, bundle: object) {
  const volumes = pod.images.map(({ image, folder, mounted }) => ({
    folder,
    name: `${mounted ? 'image' : 'copies'}-${basename(folder)}`,
    source: mounted ? { image: { reference: image, pullPolicy: 'IfNotPresent' } } : { emptyDir: {} },
  }));
  const common = { resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } }, securityContext: UNPRIVILEGED };
  const lend = {
    name: 'lend',
    image: pod.image,
    command: ['node', AGENT, 'lend'],
    ...common,
    volumeMounts: [bundle, { name: LENT, mountPath: POD_LAYOUT.lent }],
  };
  const copy = pod.images.filter(({ mounted }) => !mounted).map(({ image, folder }) => ({
    name: `copy-${basename(folder)}`,
    image,
    command: [...LENT_NODE, AGENT, 'copy', folder],
    ...common,
    volumeMounts: [bundle, { name: LENT, mountPath: POD_LAYOUT.lent, readOnly: true }, { name: `copies-${basename(folder)}`, mountPath: folder }],
  }));
  return { volumes, containers: copy.length ? [lend, ...copy] : [] };
}

/** Between two runs of the agent, only the shell sleeps. */
function admitLoop(watch: WatchedHost | undefined): string {
  if (!watch) return `trap 'exit 0' TERM; while :; do node ${AGENT} admit; sleep ${REASSERT_SECONDS} & wait $!; done`;
  // The agent removes the news first of all; where it cannot even start, there is still a sleep between two tries.
  const sleepUntilNews = `n=${REASSERT_SECONDS / NEWS_SECONDS}; until [ $n = 0 ]; do n=$((n-1)); sleep ${NEWS_SECONDS} & wait $!; [ ! -f ${POD_LAYOUT.news} ] || n=0; done`;
  return `trap 'exit 0' TERM; while :; do node ${AGENT} admit; ${sleepUntilNews}; done`;
}

/** It has no token, and cannot write to the host. */
function watchContainer(pod: InstallerPod, { seconds, paths }: WatchedHost, env: readonly object[], mounts: readonly object[]) {
  const host = hostVolumes(pod).filter(({ path }) => paths.includes(path)).map((mount) => hostMount({ ...mount, access: 'read' }));
  return {
    name: 'watch',
    image: pod.image,
    command: ['sh', '-c', `trap 'exit 0' TERM; while :; do node ${AGENT} watch; sleep ${seconds} & wait $!; done`],
    env,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
    securityContext: UNPRIVILEGED,
    volumeMounts: [...mounts, ...host],
  };
}

function hostMount({ volume, path, access }: { volume: string; path: string; access: 'read' | 'write' }) {
  return {
    name: volume,
    mountPath: path === HOST_USR ? POD_LAYOUT.hostUsr : path,
    // Plain readOnly leaves mounts below it writable; the kubelet falls back where the node cannot do better.
    ...(access === 'read' ? { readOnly: true, recursiveReadOnly: 'IfPossible' } : {}),
  };
}

/** The host's folders and files as volumes, named after their path where that makes a name, and one of its own. */
function hostVolumes(pod: InstallerPod) {
  const volume = (path: string) => `host${path.replace(/[^A-Za-z0-9]+/g, '-')}`.toLowerCase();
  const folders = (paths: readonly string[], access: 'read' | 'write', type: string) =>
    paths.map((path) => ({ volume: volume(path), path, access, type }));
  const mounts = [
    ...folders(pod.hostFolders.existing, 'write', 'Directory'),
    ...folders([...made(pod.hostFolders), HOST_LAYOUT.opt, HOST_LAYOUT.state], 'write', 'DirectoryOrCreate'),
    ...folders(pod.hostFiles, 'write', 'FileOrCreate'),
    // Not named after their path, which is the user's and may be too long for a name.
    ...folders(pod.hostFilesToRead, 'read', 'File').map((mount, index) => ({ ...mount, volume: `kubelet-arguments-${index}` })),
    ...folders([...pod.hostFolders.readOnly, HOST_USR], 'read', 'Directory'),
    ...folders(pod.foreignFolders, 'read', 'DirectoryOrCreate'),
    ...folders(pod.hostSockets, 'read', 'Socket'),
  ];
  const isFirst = (name: string, index: number) => mounts.findIndex((other) => other.volume === name) === index;
  return mounts.map((mount, index) => (isDnsLabel(mount.volume) && isFirst(mount.volume, index) ? mount : { ...mount, volume: `folder-${index}` }));
}

/** The container's own file system is read-only, and not every platform has its sockets there. */
function needsContainerdState(pod: InstallerPod): boolean {
  return pod.triesContainerd && !hostVolumes(pod).some(({ path }) => `${path}/`.startsWith(`${CONTAINERD_STATE}/`));
}

function made({ readWrite, existing }: InstallerPod['hostFolders']): string[] {
  return readWrite.filter((path) => !existing.includes(path));
}

/** What `automountServiceAccountToken` would mount, without the namespace, and for two containers only. */
function tokenSources() {
  return [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  ];
}
