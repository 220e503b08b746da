import { isDeepStrictEqual } from 'node:util';
import { byName } from './by-name';
import { nodeChanges, type NodeChange } from './node-change';
import { stated, statedPodSpec } from './stated-fields';
import type { LineUpIndex, RuntimeClass, SandboxedObject } from '../../lineup/line-up-index';
import { isLive } from '../../lineup/live-cluster';
import { describe, isRecord, listAt, namespaceOf, textAt, valueAt, type Manifest } from '../../lineup/manifest';
import { podSpecPath } from '../../workload/pod-spec-path';

/** A CronJob names its Jobs by itself and the minute. */
const SCHEDULED = /-\d{8}$/;

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

/** Names of all that bears Pods, with a sandbox or without; fed while the manifests pass by. */
export class WorkloadNames {
  private readonly names = new Set<string>();

  public *watch(manifests: Iterable<Manifest>): Generator<Manifest> {
    for (const manifest of manifests) {
      if (podSpecPath(manifest.apiVersion, manifest.kind)) {
        this.names.add(workloadName(manifest));
      }
      yield manifest;
    }
  }

  public has(name: string): boolean {
    return this.names.has(name);
  }
}

/** All that is there at one time. */
export interface Snapshot {
  readonly index: LineUpIndex;
  readonly names: WorkloadNames;
}

/** What happens when the manifests of `next` replace those of `previous`. */
export function upgradeDiff(previous: Snapshot, next: Snapshot): UpgradeDiff {
  const [before, after] = [previous.index, next.index];
  return {
    nodes: nodeChanges(before.installers, after.installers),
    classes: byName(flat(before.classes), flat(after.classes), ({ name }) => name).flatMap(([name, old, now]) => classChange(name, old, now) ?? []),
    workloads: byName(workloads(before), workloads(after), ({ object }) => workloadName(object)).flatMap(([name, old, now]) => {
      const change = !old ? comes(now!, previous.names.has(name)) : !now ? goes(old, next.names.has(name))
        : old.runtimeClassName !== now.runtimeClassName ? `moves from ${old.runtimeClassName} to ${now.runtimeClassName}: its Pods are made anew`
          : isSame(old, now) ? undefined : 'its Pods are made anew';
      return change === undefined ? [] : [{ object: name, change }];
    }),
  };
}

function comes({ runtimeClassName }: SandboxedObject, isThere: boolean): string {
  return isThere ? `moves into a sandbox (${runtimeClassName}): its Pods are made anew` : `is new in a sandbox, as ${runtimeClassName}`;
}

function goes({ runtimeClassName }: SandboxedObject, isThere: boolean): string {
  return isThere ? `leaves its sandbox (${runtimeClassName}): its Pods are made anew without one` : `is no longer there (it was in ${runtimeClassName})`;
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

function flat<T>(map: ReadonlyMap<string, readonly T[]>): T[] {
  return [...map.values()].flat();
}
