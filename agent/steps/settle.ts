import { createHash } from 'node:crypto';
import { byHandler, handlerTables, keptHandlers } from './handler-tables';
import { HOST_LAYOUT } from '../../src/installer/host-layout';
import { RuntimePlan } from '../../src/installer/install-plan';
import { readJournal, removeJournal } from '../journal';
import { log } from '../log';
import { InstalledFile, InstalledHandler, InstallRecord, removeRecord, writeRecord } from '../record';
import { Run, Step } from '../transaction';

/** Writes down what is installed. From then on the run is complete, whatever happens after. */
export const settle: Step = {
  name: 'record',
  remedy: 'look after the disk of this node',
  async apply(run) {
    const { host } = run.node;
    const record = recordOf(run);
    const written = run.journal !== undefined;
    const absent = record.state === 'absent';
    if (written || !absent) writeRecord(host, record);
    run.record = record;
    // What happens from here on must neither undo what is recorded nor make it a failure: the next run ignores the journal and removes it.
    run.journal = undefined;
    if (written) {
      host.tryTo(() => removeJournal(host));
      log('record', HOST_LAYOUT.state, record.state);
    }
    // It was there so that a run that died before here is not undone; of an installation that is gone nothing stays.
    if (!absent) return;
    host.tryTo(() => {
      if (!readJournal(host)) removeRecord(host);
    });
  },
};

function recordOf(run: Run): InstallRecord {
  const { plan, planHash, record, journal, failed } = run;
  const absent = plan.desiredState === 'ABSENT';
  const handlers = absent ? [] : installedHandlers(run);
  const files = absent ? [] : installedFiles(run, handlers);
  const hasKubelet = files.some(({ purpose }) => purpose === 'kubelet');
  return {
    format: 1,
    state: absent ? 'absent' : 'installed',
    installer: plan.installer,
    run: journal?.run ?? record?.run ?? 0,
    provenPlan: failed.length ? null : planHash,
    platform: plan.platform,
    kubelet: hasKubelet && plan.kubelet ? { unit: plan.kubelet.unit, kind: plan.kubelet.kind } : null,
    handlers,
    files,
    directories: absent ? [] : madeDirectories(run),
  };
}

/** The proven handlers, and those that are kept as they were. */
function installedHandlers(run: Run): InstalledHandler[] {
  const { runtimes, files } = run;
  const proven = runtimes.map((runtime) => ({
    ...handlerTables(runtime, files),
    runtime: runtime.runtime,
    release: runtime.release,
    directory: runtime.artifact.directory,
    files: shimFilePaths(runtime),
    ...(runtime.sharedConfig ? { sharedConfig: runtime.sharedConfig.path } : {}),
  }));
  return [...proven, ...keptHandlers(run)].sort(byHandler);
}

function shimFilePaths({ config, baseConfig, programs = [] }: RuntimePlan): string[] {
  return [config, ...(baseConfig ? [baseConfig] : []), ...programs].map(({ path }) => path).sort();
}

function installedFiles({ record, changes, journal }: Run, handlers: readonly InstalledHandler[]): InstalledFile[] {
  const files = new Map(record?.files.map((written) => [written.path, written]));
  for (const { path, purpose, after } of changes) {
    const known = files.get(path);
    if (after) files.set(path, { path, purpose, sha256: hash(after), original: known ? known.original : original(journal, path) });
    else files.delete(path);
  }
  const used = new Set(handlers.flatMap((handler) => handler.files));
  return [...files.values()].filter(({ path, purpose }) => purpose !== 'shim' || used.has(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function original(journal: Run['journal'], path: string): InstalledFile['original'] {
  const found = journal?.files.find((entry) => entry.path === path);
  return found?.before ? { sha256: hash(Buffer.from(found.before, 'base64')), mode: found.mode } : null;
}

/** The folders outside of our own ones. */
function madeDirectories({ record, journal }: Run): string[] {
  const made = new Set([...record?.directories ?? [], ...journal?.directories ?? []]);
  return [...made].filter((directory) => !directory.startsWith(`${HOST_LAYOUT.opt}/`));
}

function hash(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
