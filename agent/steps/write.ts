import { dirname } from 'node:path';
import { Host } from '../host/host';
import { Journal, JournalFile, writeJournal } from '../journal';
import { log } from '../log';
import { PlannedChange, Run, Step } from '../transaction';

/** Writes the planned files, each as a whole, after a journal with what they were. */
export const write: Step = {
  name: 'write',
  remedy: 'look after the disk of this node',
  async apply(run) {
    if (!run.changes.length) return;
    const { host } = run.node;
    for (const change of run.changes) requireUnchanged(host, change);
    const journal = journalOf(run);
    run.journal = journal;
    writeJournal(host, journal);
    for (const change of run.changes) {
      const startedAt = performance.now();
      requireUnchanged(host, change);
      put(host, change, change.after, change.mode);
      log('write', change.path, describe(change), startedAt);
    }
    if (run.plan.desiredState === 'ABSENT') {
      for (const directory of [...run.record?.directories ?? []].reverse()) host.removeIfEmpty(directory);
    }
  },
  async undo({ node: { host }, journal }) {
    for (const file of [...journal!.files].reverse()) restore(host, file);
    for (const directory of [...journal!.directories].reverse()) host.removeIfEmpty(directory);
  },
};

/** What was planned, and tried for seconds, holds only for the bytes that it was planned from: later ones of others are not ours to lose. */
function requireUnchanged(host: Host, { path, before }: PlannedChange): void {
  if (same(host.read(path), before)) return;
  throw new Error(`${path} was changed by somebody else while our change of it was being tried: the next attempt starts from what they wrote`);
}

function journalOf({ node: { host }, plan, planHash, record, changes }: Run): Journal {
  const kubelet = changes.some(({ purpose }) => purpose === 'kubelet') ? plan.kubelet ?? record?.kubelet : undefined;
  return {
    run: (record?.run ?? 0) + 1,
    planHash,
    step: write.name,
    ...(kubelet ? { kubelet: { unit: kubelet.unit, kind: kubelet.kind } } : {}),
    files: changes.map(({ path, before, after, mode, inPlace = false, unfinishedIn }) => {
      const found = host.stat(path);
      const kept = found ? found.mode % 0o10000 : mode;
      return { path, before: base64(before), after: base64(after), mode: kept, inPlace, ...(unfinishedIn ? { unfinishedIn } : {}) };
    }),
    directories: [...new Set(changes.filter(({ after }) => after).flatMap(({ path }) => host.missingDirectories(dirname(path))))],
  };
}

/** Puts the previous bytes back, unless somebody else has changed the file since: their bytes are not ours to lose. */
function restore(host: Host, file: JournalFile): void {
  const [before, after] = [bytes(file.before), bytes(file.after)];
  const now = host.read(file.path);
  if (same(now, before)) return;
  // A file that is written in place may be half written.
  if (!same(now, after) && !file.inPlace) {
    log('write', file.path, 'was changed by somebody else after us and is left as it is');
    return;
  }
  put(host, file, before, file.mode);
}

function put(host: Host, { path, inPlace, unfinishedIn }: Pick<PlannedChange, 'path' | 'inPlace' | 'unfinishedIn'>, content: Buffer | undefined, mode: number): void {
  if (inPlace) return host.writeInPlace(path, content ?? Buffer.alloc(0));
  if (!content) return host.remove(path);
  host.makeDirectories(dirname(path));
  host.write(path, content, mode, unfinishedIn);
}

function describe({ before, after }: PlannedChange): string {
  if (!after) return 'removed';
  return before ? `changed, ${before.length} -> ${after.length} bytes` : `created, ${after.length} bytes`;
}

function base64(content: Buffer | undefined): string | null {
  return content?.toString('base64') ?? null;
}

function bytes(text: string | null): Buffer | undefined {
  return text === null ? undefined : Buffer.from(text, 'base64');
}

function same(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a && b ? a.equals(b) : a === b;
}
