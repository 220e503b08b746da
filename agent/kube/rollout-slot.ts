import { setTimeout as sleep } from 'node:timers/promises';
import { proveTakeoverFence } from './fence-proof';
import { heldBy, heldLease, leasePath, leasesPath, nodePath, type Gate, type Lease } from './gate';
import { isConflict, isNotFound, KubeError } from './kube-error';
import { readLease } from './node-lease';
import { log } from '../log';

/** How long to wait between two looks at the slots: grows from the first to the longest, with jitter. */
export interface SlotWait {
  readonly firstMs: number;
  readonly longestMs: number;
}

interface Slot {
  readonly name: string;
  /** Absent: deleted, and not taken anew yet. */
  readonly lease?: Lease;
}

/**
 * Takes one of the rollout slots, or keeps the one that this node holds already; waits while others hold them all.
 * A node that failed keeps its slot, so a plan that does not work harms at most as many nodes as there are slots.
 */
export async function takeSlot(gate: Gate, wait: SlotWait): Promise<void> {
  const startedAt = performance.now();
  let lastSeen = '';
  for (let pause = wait.firstMs; ; pause = Math.min(pause * 2, wait.longestMs)) {
    const slots = await readSlots(gate);
    const own = slots.find((slot) => holder(slot) === gate.node);
    if (own) return log('claim', own.name, 'this node holds the rollout slot already');

    for (const slot of fromRandomStart(slots)) {
      if (await taken(gate, slot)) return log('claim', slot.name, 'took the rollout slot', startedAt);
    }
    const seen = slots.map(({ name, lease }) => `${name} held by ${lease?.spec?.holderIdentity} since ${lease?.spec?.acquireTime}`).join(', ');
    if (seen !== lastSeen) log('claim', '', `waiting for a rollout slot: ${seen}; a node that failed keeps its slot until it is repaired or deleted`);
    lastSeen = seen;
    await sleep(pause * (0.5 + Math.random()));
  }
}

/** Frees what this node holds. */
export async function freeSlots(gate: Gate): Promise<void> {
  for (const slot of await readSlots(gate)) {
    if (!slot.lease || holder(slot) !== gate.node) continue;
    // Two writes in a row can meet their own lost answer; the next look finds the slot free.
    await gate.kube.replace(leasePath(gate, slot.name), { ...slot.lease, spec: {} }).catch(unless(isConflict));
    log('admit', slot.name, 'freed the rollout slot');
  }
}

async function readSlots(gate: Gate): Promise<Slot[]> {
  return Promise.all(gate.plan.slots.map(async (name) => ({ name, lease: await readLease(gate, name) })));
}

function holder({ lease }: Slot): string {
  return lease?.spec?.holderIdentity ?? '';
}

/** Tries to take a slot that is free, or whose node is gone; false if it is held, or if somebody else was faster. */
async function taken(gate: Gate, slot: Slot): Promise<boolean> {
  const path = leasePath(gate, slot.name);
  try {
    if (slot.lease && holder(slot) === '') {
      await gate.kube.replace(path, { ...slot.lease, spec: heldBy(gate.node) });
      return true;
    }
    if (slot.lease) {
      if (await exists(gate, holder(slot))) return false;
      await proveTakeoverFence(gate, slot.name);
      await gate.kube.delete(path, slot.lease.metadata);
      log('claim', slot.name, `took it from node ${holder(slot)}, which no longer exists`);
    }
    await gate.kube.create(leasesPath(gate), heldLease(gate, slot.name, gate.node));
    return true;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false;
    // The policy's view of the nodes is a moment old: it may still see the one that is gone.
    if (error instanceof KubeError && error.deniedBy === 'policy' && holder(slot) !== '') {
      log('claim', slot.name, error.message);
      return false;
    }
    throw error;
  }
}

async function exists({ kube }: Gate, node: string): Promise<boolean> {
  try {
    await kube.get(nodePath(node));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Nodes that look at the same moment should not all try the same slot. */
function fromRandomStart<T>(items: readonly T[]): T[] {
  const start = Math.floor(Math.random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

function unless(expected: (error: unknown) => boolean) {
  return (error: unknown) => {
    if (!expected(error)) throw error;
  };
}
