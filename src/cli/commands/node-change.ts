import { isDeepStrictEqual } from 'node:util';
import { byName } from './by-name';
import { nodeFiles } from './node-files';
import { restart } from './node-restart';
import { stated, statedPodSpec } from './stated-fields';
import type { Installer } from '../../lineup/installer';
import { recordAt, textAt, valueAt, type Manifest } from '../../lineup/manifest';
import { apart, pool } from '../../lineup/rules/installer-overlap';

/** What one installer will do on each of its nodes. */
export interface NodeChange {
  readonly installer: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Files that are written, changed or left behind, archives that are downloaded, and nodes that come or go, as sentences. */
  readonly files: readonly string[];
  readonly restart: string;
  readonly rollout: string;
}

export function nodeChanges(previous: readonly Installer[], next: readonly Installer[]): NodeChange[] {
  const all = byName(previous, next, ({ name }) => name);
  const left = all.flatMap(([, old, now]) => (!now && serving(old) ? [old!] : []));
  return all.flatMap(([, old, now]): NodeChange[] => {
    if (!now) {
      return [removal(old!)];
    }
    const owner = old ? undefined : left.find((other) => !apart(other, now));
    return owner && serving(now) ? [refusal(owner, now)] : changes(old, now);
  });
}

/** The installer, if its nodes are to have what it installs: not where it takes everything back, or is not there. */
function serving(installer: Installer | undefined): Installer | undefined {
  return installer?.plan?.desiredState === 'ABSENT' ? undefined : installer;
}

function removal(old: Installer): NodeChange {
  return {
    installer: old.name,
    change: 'removed',
    files: [serving(old) ? 'nothing is taken back: deleting the installer leaves its files on the nodes; set desiredState to ABSENT first, and wait'
      : 'nothing, where it was done; nodes that still wait for Pods keep its files'],
    restart: 'none',
    rollout: 'its Pods go away',
  };
}

/** So says every node that has another installer's record (agent/steps/recover.ts). */
function refusal(owner: Installer, now: Installer): NodeChange {
  return {
    installer: now.name,
    change: 'added',
    files: [
      `nothing on the nodes of ${owner.name}, which goes away and takes nothing back: they still belong to it, refuse another one ("this node belongs to the installer ${owner.name}"), and are labelled failed`,
      `to change name or namespace, set desiredState of ${owner.name} to ABSENT first (DesiredState.absent()), wait until its rollout is done, and only then apply the new one`,
    ],
    restart: 'none, where the node refuses it',
    rollout: rollout(now, true),
  };
}

function changes(old: Installer | undefined, now: Installer): NodeChange[] {
  const [before, after] = [serving(old), serving(now)];
  const comes = before !== undefined && after !== undefined && selectsMore(before, after);
  const goes = before !== undefined && selectsMore(now, before);
  const files = [
    ...nodeFiles(before, after),
    ...(before && !after ? ['take everything back once no Pod uses it'] : []),
    ...(comes ? [`on nodes that it selects from now on (${pool(now)}): all downloads and files of it`] : []),
    ...(goes ? [`on nodes that it no longer selects (of ${pool(before)}): nothing is taken back; files and label stay, and the nodes still belong to it`] : []),
  ];
  const rolls = !old || !isDeepStrictEqual(template(old.daemonSet), template(now.daemonSet));
  return old && !files.length && !rolls ? [] : [{
    installer: now.name,
    change: old ? 'changed' : 'added',
    files,
    restart: restart(before, after, now, comes),
    rollout: rollout(now, rolls),
  }];
}

/** Whether a node may be selected now that was not before. */
function selectsMore(before: Installer, now: Installer): boolean {
  return [...before.pod.nodeSelector].some(([key, value]) => now.pod.nodeSelector.get(key) !== value);
}

function rollout({ plan }: Installer, rolls: boolean): string {
  if (!rolls) {
    return 'none: the DaemonSet\'s template stays as it is';
  }
  const slots = plan?.gate?.slots.length;
  return `the installer's Pods are replaced node by node${slots === undefined ? '' : `, at most ${slots} node${slots === 1 ? '' : 's'} at a time`}`;
}

function template(daemonSet: Manifest): unknown {
  const pods = ['spec', 'template'];
  return [
    stated(recordAt(daemonSet, ...pods, 'metadata')), statedPodSpec(valueAt(daemonSet, ...pods, 'spec'), false),
    textAt(daemonSet, 'spec', 'updateStrategy', 'type') ?? 'RollingUpdate',
  ];
}
