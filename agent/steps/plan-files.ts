import { file, keptHandlers, wantedTables } from './handler-tables';
import { HostFilePlan, RuntimePlan } from '../../src/installer/install-plan';
import { sha256 } from '../../src/installer/plan-hash';
import { baseConfigContent } from '../artifact/base-config';
import { log } from '../log';
import { InstalledFile, Purpose } from '../record';
import { Refusal } from '../refusal';
import { PlannedChange, Run, Step } from '../transaction';

const MODE = 0o644;
const PROGRAM_MODE = 0o755;

/** Works out what has to be written; nothing is, yet. What is referred to comes before what refers to it. */
export const planFiles: Step = {
  name: 'plan',
  remedy: 'put that right on this node, and apply all objects of the installer together',
  async apply(run) {
    const { node, plan } = run;
    const containerRuntime = await node.planHandlers(plan.installer, wantedTables(run));
    run.changes = [
      ...run.runtimes.flatMap((runtime) => shimFiles(run, runtime)),
      ...sharedConfig(run),
      ...containerRuntime.map((planned) => ({ ...planned, purpose: 'container runtime' as const })),
      ...wholeFile(run, 'kubelet', plan.kubelet?.file),
      ...wholeFile(run, 'crictl', plan.crictl),
    ];
    for (const { path } of run.changes) requireOwnedByRoot(run, path);
    if (!run.changes.length) log('plan', '', 'all files are as they should be');
  },
};

/** What a handler has for itself: programs first, then the configuration that names them. */
function shimFiles(run: Run, runtime: RuntimePlan): PlannedChange[] {
  const { baseConfig, config, programs = [] } = runtime;
  return [
    ...programs.flatMap((program) => change(run, program.path, 'shim', contentOf(run, program), PROGRAM_MODE)),
    ...(baseConfig ? change(run, baseConfig.path, 'shim', baseConfigContent(run.node.host, runtime)) : []),
    ...change(run, config.path, 'shim', contentOf(run, config)),
  ];
}

/** Before anything is done: it would be of no use to a handler that the file which its shim reads is somebody else's. */
export function requireOwnSharedConfig(run: Run, { sharedConfig: planned }: RuntimePlan): void {
  const recorded = run.record?.files.find(({ purpose }) => purpose === 'shared config');
  if (planned && !isOurs(run, planned.path, planned, recorded)) throw notOurs(planned);
}

function notOurs({ path }: HostFilePlan): Refusal {
  return new Refusal(`${path} is there and was not written by us: remove it, the shim needs it as it is planned`);
}

/** It stays as long as anything else does that is kept for its Pods: their shims read it for each container. */
function sharedConfig(run: Run): PlannedChange[] {
  // A handler that this node cannot have needs no file.
  const runtimes = run.plan.desiredState === 'PRESENT' ? run.runtimes : run.plan.runtimes;
  const planned = runtimes.find((runtime) => runtime.sharedConfig)?.sharedConfig;
  return wholeFile(run, 'shared config', planned).filter(({ after }) => after ?? !keptHandlers(run).length);
}

/** A file that is ours as a whole, or was according to the record. It is left alone where it is somebody else's. */
function wholeFile(run: Run, purpose: Purpose, planned: HostFilePlan | undefined): PlannedChange[] {
  const recorded = run.record?.files.find((written) => written.purpose === purpose);
  const wanted = run.plan.desiredState === 'PRESENT' ? planned : undefined;
  const obsolete = new Set([recorded?.path, planned?.path].filter((path) => path !== undefined && path !== wanted?.path) as string[]);
  const removed = [...obsolete].filter((path) => isOurs(run, path, planned, recorded)).flatMap((path) => change(run, path, purpose, undefined));
  if (recorded && recorded.path !== planned?.path && !run.node.host.read(recorded.path)) {
    log('plan', recorded.path, 'is not planned any more and not mounted: where it is still on the node, remove it there by hand');
  }
  if (!wanted) return removed;
  if (isOurs(run, wanted.path, planned, recorded)) return [...removed, ...change(run, wanted.path, purpose, contentOf(run, wanted))];
  if (purpose === 'kubelet') throw new Refusal(`${wanted.path} is there and was not written by us: remove it, or leave the kubelet settings out`);
  if (purpose === 'shared config') throw notOurs(wanted);
  log('plan', wanted.path, 'was not written by us and is left as it is');
  return removed;
}

/** Our files are told by their first line; one that was recorded also by its bytes. An empty file is nobody's. */
function isOurs({ node: { host }, files }: Run, path: string, planned: HostFilePlan | undefined, recorded: InstalledFile | undefined): boolean {
  const now = host.read(path)?.toString();
  if (!now) return true;
  if (recorded?.path === path && recorded.sha256 === sha256(now)) return true;
  return planned !== undefined && firstLine(now) === firstLine(file(files, planned.key));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}

/** The content that the plan says, which the plan also has the hash of. */
function contentOf({ files }: Run, { path, key, sha256: planned }: HostFilePlan): string {
  const content = file(files, key);
  if (sha256(content) !== planned) throw new Error(`${key} for ${path} is not the file that the plan was made with: apply all ConfigMaps of the installer together`);
  return content;
}

function change({ node: { host } }: Run, path: string, purpose: Purpose, content: string | Buffer | undefined, mode = MODE): PlannedChange[] {
  // A file that is mounted by itself is there even where the host has none.
  const inPlace = purpose === 'crictl';
  const before = host.read(path);
  const after = content === undefined ? undefined : Buffer.from(content);
  const same = after ? before?.equals(after) : inPlace ? !before?.length : !before;
  return same ? [] : [{ path, purpose, before, after, mode, inPlace }];
}

/** The installer may not give a file to anybody, so it could not keep the owner of one that is replaced. */
function requireOwnedByRoot({ node: { host } }: Run, path: string): void {
  const found = host.stat(path);
  if (!found || (found.uid === process.getuid?.() && found.gid === process.getgid?.())) return;
  throw new Refusal(`${path} belongs to ${found.uid}:${found.gid}, which a file that replaces it could not: chown it to root:root`);
}
