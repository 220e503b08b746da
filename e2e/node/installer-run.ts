import { appendFileSync, chmodSync, existsSync, mkdirSync } from 'node:fs';
import type { ContainerConfig } from './container-client';
import type { NamespacedHost } from './namespaced-host';
import { PodNode, TestPod } from './test-pod';
import type { HandlerVerdict, InstallPlan, InstallVerdict } from '../../src/installer/install-plan';
import { POD_LAYOUT } from '../../src/installer/pod-layout';

/** The Kubernetes objects of an installer, parsed from its YAML. */
export type Manifest = { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } } & Record<string, any>;

/** How a run of the `install` container ended. */
export class AgentRun {
  /** @param drift what the installer's container `watch`, where it has one, found right afterwards */
  constructor(
    readonly exitCode: number,
    readonly log: string,
    private readonly verdict: InstallVerdict | undefined,
    readonly drift: readonly HandlerVerdict[] = [],
  ) {}

  /** What verdict.json says about a handler. */
  handler(name: string): HandlerVerdict {
    const found = this.verdict?.handlers.find(({ handler }) => handler === name);
    if (!found) throw new Error(`the agent ended with ${this.exitCode} and without a verdict on ${name}:\n${this.log}`);
    return found;
  }

  /** Throws with the agent's log unless it ended well and the handler is ready. */
  requireReady(name: string): void {
    if (this.exitCode === 0 && this.handler(name).verdict === 'ready') return;
    throw new Error(`${name} is not ready, the agent ended with ${this.exitCode}:\n${this.log}`);
  }
}

/** What runc and containerd hide from every container that is not privileged, as the kubelet asks for it. */
const MASKED_PATHS = ['/proc/asound', '/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats',
  '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap'];
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** As often as the agent's own limit, and once more. */
const RUNS = 6;

/**
 * The kernel's list of devices, which is hidden where a test says itself which devices a node has: those are then given
 * to the container as device nodes, which are never opened.
 */
const KERNEL_DEVICES = '/sys/class/misc';

/** What a run has in place of what is so on this machine. */
export interface RunOptions {
  /** Instead of the container's own. */
  readonly command?: readonly string[];
  /** The devices that the kernel seems to offer. */
  readonly devices?: ContainerConfig['devices'];
  /** What is on the node in place of images with archives of releases, which cannot be pulled here. */
  readonly images?: { readonly [reference: string]: string };
}

/** Runs `install` again while it ends with an error, as the kubelet restarts an init container. */
export async function runInstallUntilVerdict(node: PodNode, manifests: readonly Manifest[], image: string, options?: RunOptions): Promise<AgentRun> {
  for (let attempt = 1; ; attempt++) {
    const run = await runInstall(node, manifests, image, options);
    if (run.exitCode === 0 || attempt === RUNS) return run;
  }
}

/**
 * Runs the `install` container of a synthesized DaemonSet on the node, after those that copy archives out of images, as the kubelet would: its volumes, its mounts
 * and nothing else, its environment, command, limits and privileges; after it `watch`, where there is one, for one look. Two things differ: the image cannot be pulled
 * here, and where the plan restarts a supervised process the Pod shares the node's PID namespace to reach it.
 */
export async function runInstall(
  node: PodNode, manifests: readonly Manifest[], image: string, { command, devices, images = {} }: RunOptions = {},
): Promise<AgentRun> {
  const daemonSet = one(manifests, 'DaemonSet');
  const { metadata, spec } = daemonSet.spec.template;
  const container = spec.initContainers.find(({ name }: { name: string }) => name === 'install');
  const plan: InstallPlan = JSON.parse(one(manifests, 'ConfigMap', `${daemonSet.metadata.name}-plan`).data['plan.json']);
  const pod = await TestPod.run(node, { name: daemonSet.metadata.name, handler: '', hostPid: plan.platform.restart.kind === 'supervised' });
  try {
    const imageVolumes = new Map<string, string>(spec.volumes.filter((volume: any) => volume.image).map(({ name, image: { reference } }: any) =>
      [name, images[reference] ?? reference]));
    const volumes = new Map<string, string>(spec.volumes.filter((volume: any) => !volume.image).map((volume: any) =>
      [volume.name, volumePath(node, pod.uid, volume, manifests, daemonSet)]));
    const start = (of: any, ownImage: string, change: { command?: readonly string[]; devices?: ContainerConfig['devices'] } = {}) => pod.start({
      name: of.name,
      image: ownImage,
      command: change.command ?? of.command,
      env: Object.fromEntries((of.env ?? []).map((variable: any) => [variable.name, envValue(variable, metadata, node, daemonSet)])),
      mounts: of.volumeMounts.map((mount: any) => ({
        containerPath: mount.mountPath,
        ...(imageVolumes.has(mount.name) ? { image: { image: imageVolumes.get(mount.name) } } : { hostPath: volumes.get(mount.name) }),
        readonly: mount.readOnly ?? false,
        // IfPossible: as the kubelet decides from what the runtime reports; containerd 1.7 cannot.
        recursiveReadOnly: mount.recursiveReadOnly === 'IfPossible' && node.version !== '1.7',
      })),
      devices: change.devices,
      memoryLimit: memoryBytes(of.resources?.limits?.memory),
      securityContext: {
        runAsUser: { value: BigInt(spec.securityContext.runAsUser) },
        runAsGroup: { value: BigInt(spec.securityContext.runAsGroup) },
        capabilities: { drop: of.securityContext.capabilities.drop, add: of.securityContext.capabilities.add },
        noNewPrivs: !of.securityContext.allowPrivilegeEscalation,
        readonlyRootfs: of.securityContext.readOnlyRootFilesystem,
        maskedPaths: [...MASKED_PATHS, ...(change.devices ? [KERNEL_DEVICES] : [])],
        readonlyPaths: READONLY_PATHS,
      },
    });
    let copied = '';
    for (const carrier of spec.initContainers.filter(({ name }: { name: string }) => name === 'lend' || name.startsWith('copy-'))) {
      const run = await start(carrier, images[carrier.image] ?? image);
      const { exitCode } = await run.exit();
      copied += run.log();
      if (exitCode !== 0) return new AgentRun(exitCode, copied, undefined);
    }
    const run = await start(container, image, { command, devices });
    const status = await run.exit();
    const inShared = (name: string) => {
      const path = `${volumes.get('shared')}/${name}`;
      return existsSync(node.path(path)) ? JSON.parse(node.read(path)) : undefined;
    };
    const watch = spec.containers.find(({ name }: { name: string }) => name === 'watch');
    if (watch && status.exitCode === 0) {
      const look = await start(watch, image, { command: ['node', `${POD_LAYOUT.bundle}/agent.js`, 'watch'] });
      const { exitCode } = await look.exit();
      if (exitCode !== 0) throw new Error(`watch ended with ${exitCode}:\n${look.log()}`);
    }
    return new AgentRun(status.exitCode, copied + run.log(), inShared('verdict.json'), inShared('drift.json')?.handlers);
  } finally {
    await pod.remove();
  }
}

export function one(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter(manifest => manifest.kind === kind && (name === undefined || manifest.metadata.name === name));
  if (found.length !== 1) throw new Error(`expected one ${kind} ${name ?? ''} among the manifests, found ${found.length}`);
  return found[0];
}

/** What a container's volumes and environment need of a host. */
export type InstallerHost = Pick<NamespacedHost, 'name' | 'path' | 'write'>;

/** Makes a volume on the node and returns its path there. */
export function volumePath(node: InstallerHost, podUid: string, volume: any, manifests: readonly Manifest[], daemonSet: Manifest): string {
  const folder = `/var/lib/kubelet/pods/${podUid}/volumes/${volume.name}`;
  if (volume.emptyDir) {
    mkdirSync(node.path(folder), { recursive: true });
    chmodSync(node.path(folder), 0o777);
    return folder;
  }
  if (volume.projected) {
    mkdirSync(node.path(folder), { recursive: true });
    for (const { configMap } of volume.projected.sources) {
      // The token's sources are for the containers that talk to the API server.
      const map = configMap && manifests.find(manifest => manifest.kind === 'ConfigMap' && manifest.metadata.name === configMap.name
        && manifest.metadata.namespace === daemonSet.metadata.namespace);
      for (const { key, path } of map ? configMap.items : []) node.write(`${folder}/${path}`, map.data[key]);
    }
    return folder;
  }
  const { path, type } = volume.hostPath;
  if (type === 'DirectoryOrCreate') mkdirSync(node.path(path), { recursive: true });
  if (type === 'FileOrCreate') appendFileSync(node.path(path), '');
  if (!existsSync(node.path(path))) throw new Error(`hostPath ${path} of type ${type} does not exist on the node`);
  return path;
}

export function envValue(variable: any, podMetadata: any, node: InstallerHost, daemonSet: Manifest): string {
  const field: string | undefined = variable.valueFrom?.fieldRef.fieldPath;
  if (field === undefined) return variable.value;
  if (field === 'spec.nodeName') return node.name;
  if (field === 'metadata.namespace') return daemonSet.metadata.namespace!;
  const annotation = /^metadata\.annotations\['(.*)'\]$/.exec(field)?.[1];
  if (annotation === undefined) throw new Error(`cannot resolve the fieldRef ${field}`);
  return podMetadata.annotations[annotation];
}

function memoryBytes(quantity: string | undefined): bigint | undefined {
  if (quantity === undefined) return undefined;
  const mebibytes = /^(\d+)Mi$/.exec(quantity)?.[1];
  if (mebibytes === undefined) throw new Error(`cannot read the memory limit ${quantity}`);
  return BigInt(mebibytes) * 1024n * 1024n;
}
