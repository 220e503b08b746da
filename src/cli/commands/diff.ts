import { isDeepStrictEqual } from 'node:util';
import { stated, statedPodSpec } from './stated-fields';
import { containerRuntimeOf, type HostFilePlan, type InstallPlan } from '../../installer/install-plan';
import { tableFormats, type Installer } from '../../lineup/installer';
import type { LineUpIndex, RuntimeClass, SandboxedObject } from '../../lineup/line-up-index';
import { isLive } from '../../lineup/live-cluster';
import { describe, isRecord, listAt, namespaceOf, recordAt, textAt, valueAt, type Manifest } from '../../lineup/manifest';

/** A CronJob names its Jobs by itself and the minute. */
const SCHEDULED = /-\d{8}$/;

/** What one installer will do on each of its nodes. */
export interface NodeChange {
  readonly installer: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Files that are written, changed or left behind, and archives that are downloaded, as sentences. */
  readonly files: readonly string[];
  readonly restart: string;
  readonly rollout: string;
}

export interface ObjectChange {
  readonly object: string;
  readonly change: string;
}

export interface UpgradeDiff {
  readonly nodes: readonly NodeChange[];
  readonly classes: readonly ObjectChange[];
  /** Workloads whose Pods are made anew. */
  readonly workloads: readonly ObjectChange[];
}

/** What happens when the manifests of `next` replace those of `previous`. */
export function upgradeDiff(previous: LineUpIndex, next: LineUpIndex): UpgradeDiff {
  return {
    nodes: pairs(previous.installers, next.installers, ({ name }) => name).flatMap(([name, old, now]) => nodeChange(name, old, now) ?? []),
    classes: pairs(flat(previous.classes), flat(next.classes), ({ name }) => name).flatMap(([name, old, now]) => classChange(name, old, now) ?? []),
    workloads: pairs(workloads(previous), workloads(next), ({ object }) => workloadName(object)).flatMap(([name, old, now]) => {
      const change = !old ? 'is new in a sandbox, as ' + now!.runtimeClassName
        : !now ? `leaves its sandbox (${old.runtimeClassName})`
          : old.runtimeClassName !== now.runtimeClassName ? `moves from ${old.runtimeClassName} to ${now.runtimeClassName}: its Pods are made anew`
            : isSame(old, now) ? undefined : 'its Pods are made anew';
      return change === undefined ? [] : [{ object: name, change }];
    }),
  };
}

/** Pods that still run, and then what makes Pods: of the same name the latter says more. */
function workloads({ sandboxed }: LineUpIndex): SandboxedObject[] {
  const all = flat(sandboxed).filter(({ object }) => !['Succeeded', 'Failed'].includes(textAt(object, 'status', 'phase') ?? ''));
  return [...all.filter(({ object }) => isLivePod(object)), ...all.filter(({ object }) => !isLivePod(object))];
}

/** A Pod of a live cluster goes by the name of what made it, since its own is another one the next time. */
function workloadName(object: Manifest): string {
  const owner = isLivePod(object) ? listAt(object, 'metadata', 'ownerReferences').find((reference) => valueAt(reference, 'controller') === true) : undefined;
  const kind = textAt(owner, 'kind');
  const name = textAt(owner, 'name') ?? '';
  if (kind === undefined || kind === 'Node') {
    const { metadata } = object;
    return describe({ ...object, metadata: { ...isRecord(metadata) ? metadata : {}, namespace: namespaceOf(object) } });
  }
  const hash = textAt(object, 'metadata', 'labels', 'pod-template-hash');
  const [made, maker] = kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`) ? ['Deployment', name.slice(0, -hash.length - 1)]
    : kind === 'Job' && SCHEDULED.test(name) ? ['CronJob', name.replace(SCHEDULED, '')] : [kind, name];
  return `${made} ${namespaceOf(object)}/${maker}`;
}

function isSame(old: SandboxedObject, now: SandboxedObject): boolean {
  const admitted = isLivePod(old.object) || isLivePod(now.object);
  return isDeepStrictEqual(statedPodSpec(old.podSpec, admitted), statedPodSpec(now.podSpec, admitted));
}

function isLivePod(object: Manifest): boolean {
  return object.kind === 'Pod' && isLive(object);
}

function nodeChange(name: string, old: Installer | undefined, now: Installer | undefined): NodeChange | undefined {
  if (!now) {
    return {
      installer: name,
      change: 'removed',
      files: ['nothing is taken back: deleting the installer leaves its files on the nodes; set desiredState to ABSENT first, and wait'],
      restart: 'none',
      rollout: 'its Pods go away',
    };
  }
  const before = filesOf(old);
  const after = filesOf(now);
  const files = [
    ...archives(old?.plan, now.plan),
    ...[...after].flatMap(([path, content]) => (!before.has(path) ? [`write ${path}`] : before.get(path) !== content ? [`change ${path}`] : [])),
    ...[...before.keys()].filter((path) => !after.has(path)).map((path) => `leave ${path} until no Pod uses it`),
    ...(now.plan?.desiredState === 'ABSENT' && old?.plan?.desiredState !== 'ABSENT' ? ['take everything back once no Pod uses it'] : []),
  ];
  const rolls = !old || !isDeepStrictEqual(template(old.daemonSet), template(now.daemonSet));
  if (old && !files.length && !rolls) {
    return undefined;
  }
  return { installer: name, change: old ? 'changed' : 'added', files, restart: restart(old, now), rollout: rollout(now, rolls) };
}

/** Everything that an installer puts on a host: path to what tells two versions of it apart. */
function filesOf(installer: Installer | undefined): Map<string, string> {
  const plan = installer?.plan;
  const hostFiles: HostFilePlan[] = (plan?.runtimes ?? []).flatMap(({ config, sharedConfig, programs = [] }) => (
    [config, ...(sharedConfig ? [sharedConfig] : []), ...programs]
  ));
  return new Map([
    ...[...hostFiles, ...(plan?.kubelet ? [plan.kubelet.file] : []), ...(plan?.crictl ? [plan.crictl] : [])]
      .map(({ path, sha256 }) => [path, sha256] as const),
    ...(plan ? [[tablePlace(plan), tableTexts(installer!, plan).join('\n')] as const] : []),
  ]);
}

function tablePlace({ platform }: InstallPlan): string {
  return platform.kind === undefined ? `${platform.dropInFile} (or a block in ${platform.configFile})`
    : platform.kind === 'crio' ? `${platform.dropInFolder}/*` : platform.configFile;
}

function tableTexts({ bundle }: Installer, plan: InstallPlan): string[] {
  return plan.runtimes.flatMap(({ tables }) => tableFormats(plan).map((format) => bundle.get(`files/${tables[format]}`) ?? ''));
}

function archives(old: InstallPlan | undefined, now: InstallPlan | undefined): string[] {
  const known = new Set(old?.runtimes.map(({ artifact }) => artifact.directory));
  return [...new Map((now?.runtimes ?? []).filter(({ artifact }) => !known.has(artifact.directory)).map(({ artifact, runtime, release }) => (
    [artifact.directory, `download ${runtime} ${release} and unpack it to ${artifact.directory}`]
  ))).values()];
}

function restart(old: Installer | undefined, { plan, ...now }: Installer): string {
  if (!plan) {
    return 'unknown: the plan cannot be read';
  }
  const changed = !old?.plan || old.plan.desiredState !== plan.desiredState
    || !isDeepStrictEqual(tableTexts(old, old.plan), tableTexts({ plan, ...now }, plan));
  if (!changed) {
    return 'none: the runtime tables stay as they are';
  }
  const { platform } = plan;
  const runtime = containerRuntimeOf(platform);
  const gentle = runtime === 'docker' || (platform.kind === 'crio' && !platform.disablesSelinux);
  return gentle ? `none: ${runtime} reads its configuration again (SIGHUP)`
    : `${runtime} once per node${platform.restart.kind === 'systemd' ? ` (${platform.restart.unit})` : ''}, if its configuration differs there; running containers go on`;
}

function rollout({ plan }: Installer, rolls: boolean): string {
  if (!rolls) {
    return 'none: the DaemonSet\'s template stays as it is';
  }
  const slots = plan?.gate?.slots.length;
  return `the installer's Pods are replaced node by node${slots === undefined ? '' : `, at most ${slots} node${slots === 1 ? '' : 's'} at a time`}`;
}

function classChange(name: string, old: RuntimeClass | undefined, now: RuntimeClass | undefined): ObjectChange | undefined {
  const object = `RuntimeClass ${name}`;
  if (!old || !now) {
    return { object, change: now ? `is added, with the handler ${now.handler}` : 'is removed: Pods that name it can no longer be created' };
  }
  if (old.handler !== now.handler) {
    return { object, change: `changes its handler from ${old.handler} to ${now.handler}, which the API server refuses: delete the class first, or give the new one another name` };
  }
  const [before, after] = [old, now].map((one) => stated({ scheduling: one.object.scheduling, overhead: one.object.overhead }));
  return isDeepStrictEqual(before, after) ? undefined : { object, change: 'changes its scheduling or overhead, for Pods that are created from then on' };
}

function template(daemonSet: Manifest): unknown {
  const pods = ['spec', 'template'];
  return [
    stated(recordAt(daemonSet, ...pods, 'metadata')), statedPodSpec(valueAt(daemonSet, ...pods, 'spec'), false),
    textAt(daemonSet, 'spec', 'updateStrategy', 'type') ?? 'RollingUpdate',
  ];
}

function flat<T>(map: ReadonlyMap<string, readonly T[]>): T[] {
  return [...map.values()].flat();
}

/** What is before and after, by name. */
function pairs<T>(old: readonly T[], now: readonly T[], nameOf: (item: T) => string): Array<[string, T | undefined, T | undefined]> {
  const before = new Map(old.map((item) => [nameOf(item), item]));
  const after = new Map(now.map((item) => [nameOf(item), item]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((name) => [name, before.get(name), after.get(name)]);
}
