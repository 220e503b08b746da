import { isDeepStrictEqual } from 'node:util';
import { byName } from './by-name';
import { nodeFiles } from './node-files';
import { restart } from './node-restart';
import { meet, selection, selectsMore } from './node-selection';
import { stated, statedPodSpec } from './stated-fields';
import type { Installer } from '../../lineup/installer';
import { recordAt, textAt, valueAt, type Manifest } from '../../lineup/manifest';

/** What one installer will do on each of its nodes. */
export interface NodeChange {
  readonly installer: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Files that are written, changed or left behind, archives that are downloaded, and nodes that come or go, as sentences. */
  readonly files: readonly string[];
  readonly restart: string;
  readonly rollout: string;
}

/** An installer as it was, with nodes that it selects no more or leaves when it is deleted: they still belong to it. */
interface Owner {
  readonly before: Installer;
  readonly stays: boolean;
}

export function nodeChanges(previous: readonly Installer[], next: readonly Installer[]): NodeChange[] {
  const all = byName(previous, next, ({ name }) => name);
  const owners = all.flatMap(([, old, now]): Owner[] => {
    const before = serving(old);
    return before && (!now || selectsMore(now, before)) ? [{ before, stays: now !== undefined }] : [];
  });
  return all.flatMap(([, old, now]): NodeChange[] => {
    if (!now) {
      return [removal(old!)];
    }
    const owner = serving(now) && owners.find(({ before }) => before.name !== now.name && meet(before, now));
    return owner && !old ? [refused(owner, now)] : changes(old, now, owner);
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

function refused(owner: Owner, now: Installer): NodeChange {
  return {
    installer: now.name,
    change: 'added',
    files: refusal(owner),
    restart: 'none, where the node refuses it',
    rollout: rollout(now, true),
  };
}

/** So says every node that has another installer's record (agent/steps/recover.ts). */
function refusal({ before: { name }, stays }: Owner): string[] {
  const [nodes, aim, whileSelected, apply] = stays
    ? [`nodes that ${name} no longer selects, where it takes nothing back`, 'give them to another installer', ', while it still selects them', 'both']
    : [`the nodes of ${name}, which goes away and takes nothing back`, 'change name or namespace', '', 'the new one'];
  return [
    `nothing on ${nodes}: they still belong to it, refuse another one ("this node belongs to the installer ${name}"), and are labelled failed`,
    `to ${aim}, set desiredState of ${name} to ABSENT first (DesiredState.absent())${whileSelected}, wait until its rollout is done, and only then apply ${apply}`,
  ];
}

function changes(old: Installer | undefined, now: Installer, owner: Owner | undefined): NodeChange[] {
  const [before, after] = [serving(old), serving(now)];
  const more = before !== undefined && after !== undefined && selectsMore(before, after);
  const comes = more && !owner;
  const goes = before !== undefined && selectsMore(now, before);
  const files = [
    ...nodeFiles(before, after),
    ...(before && !after ? ['take everything back once no Pod uses it'] : []),
    ...(comes ? [`on nodes that it selects from now on (${selection(now)}): all downloads and files of it`] : []),
    ...(more && owner ? refusal(owner) : []),
    ...(goes ? [`on nodes that it no longer selects (of ${selection(before)}): nothing is taken back; files and label stay, and the nodes still belong to it`] : []),
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
