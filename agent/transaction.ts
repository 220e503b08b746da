import { FileChange } from './file-change';
import { isAsBefore, Journal, removeJournal, writeJournal } from './journal';
import { log } from './log';
import { Node } from './node';
import { NotYet } from './not-yet';
import { InstallRecord, Purpose, restoreRecord } from './record';
import { Refusal } from './refusal';
import { HandlerVerdict, InstallPlan, RuntimePlan } from '../src/installer/install-plan';

/** One step of the transaction. */
export interface Step {
  readonly name: string;
  /** What whoever is responsible for the node can do where it fails for another reason than one that says so itself. */
  readonly remedy: string;
  apply(run: Run): Promise<void>;
  /**
   * Goes back to how it was before `apply`, which may have come to any point. The steps are undone in their own order:
   * the old bytes first, then the restart that makes them count, then the proof. Called only if files were written.
   */
  undo?(run: Run): Promise<void>;
}

/** What the steps of one run hand to each other. */
export interface Run {
  readonly node: Node;
  readonly plan: InstallPlan;
  readonly planHash: string;
  /** The files beside the plan, by key. */
  readonly files: { readonly [key: string]: string };
  /** What fails now is final. */
  readonly lastAttempt: boolean;
  /** Handlers that can still be served; none where everything is taken back. */
  runtimes: readonly RuntimePlan[];
  /** The others, and why. */
  failed: readonly HandlerVerdict[];
  /** Handlers that are installed, not planned any more and stay because Pods run on them. */
  stillUsed: readonly string[];
  /** Handlers that are taken back from under running Pods, with those Pods, as the plan's deadline says. */
  abandoned: ReadonlyMap<string, string>;
  record: InstallRecord | undefined;
  /** There from the first write until the run is recorded or taken back. */
  journal: Journal | undefined;
  changes: readonly PlannedChange[];
  /** Whether the changes have to be made known to the container runtime. */
  changesContainerRuntime: boolean;
  /** Whether the container runtime may have read what was written. */
  restarted: boolean;
}

export interface PlannedChange extends FileChange {
  readonly purpose: Purpose;
  /** The file is itself a mount and cannot be replaced. */
  readonly inPlace?: boolean;
}

/** A step failed; what had been written was taken back, or the message says what could not be. */
export class StepFailure extends Error {
  constructor(readonly step: Step, readonly cause: Error, restored: string) {
    super(restored ? `${cause.message}; ${restored}` : cause.message);
    this.name = 'StepFailure';
  }
}

/** What to do where the container runtime does not do what its configuration says. */
export const RUNTIME_REMEDY = 'see on this node what the container runtime says (journalctl), or go back to the release and options that worked';

const UNTOUCHED = 'the configuration of this node was not touched';

/** What a dead run left could not be taken back; its journal is still there. */
export class NotRecovered extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotRecovered';
  }
}

/** Carries out the steps; if one fails, the host is as before when this throws. */
export async function carryOut(steps: readonly Step[], run: Run): Promise<void> {
  for (const step of steps) {
    try {
      if (run.journal && step.undo) noteStep(run, run.journal, step);
      await step.apply(run);
    } catch (error) {
      log(step.name, '', `failed: ${(error as Error).message}`);
      throw new StepFailure(step, error as Error, await aftermath(steps, run, error));
    }
  }
}

/** Undoes what the journal says; the journal goes last, so that a failure here is undone by the next run. */
export async function takeBack(steps: readonly Step[], run: Run): Promise<void> {
  // First: a run that the record has counts as complete.
  restoreRecord(run.node.host, run.record);
  for (const step of steps) {
    try {
      await step.undo?.(run);
    } catch (error) {
      throw new StepFailure(step, error as Error, '');
    }
  }
  removeJournal(run.node.host);
  run.journal = undefined;
  run.restarted = false;
}

/** For whoever finds out why a run died. */
function noteStep(run: Run, journal: Journal, { name }: Step): void {
  run.journal = { ...journal, step: name };
  writeJournal(run.node.host, run.journal);
}

async function aftermath(steps: readonly Step[], run: Run, error: unknown): Promise<string> {
  if (run.journal) return takenBack(steps, run, run.journal);
  return error instanceof NotYet || error instanceof NotRecovered ? '' : UNTOUCHED;
}

async function takenBack(steps: readonly Step[], run: Run, journal: Journal): Promise<string> {
  const { host, containerRuntimeName } = run.node;
  const written = journal.files.map(({ path }) => path).join(', ');
  const restarted = run.restarted ? `, ${containerRuntimeName} has read them again` : '';
  const startedAt = performance.now();
  try {
    await takeBack(steps, run);
    const others = journal.files.filter((file) => !isAsBefore(host, file)).map(({ path }) => path).join(', ');
    log('take back', written, 'as before', startedAt);
    return `${written} are as before${others && `, but for what somebody else has written to ${others} since`}${restarted} and the default runtime was proven`;
  } catch (error) {
    log('take back', '', `failed: ${(error as Error).message}`, startedAt);
    return `taking back ${written} failed as well: ${(error as Error).message}; the next run tries again`;
  }
}

/** One handler cannot be served: the others go on if that is final, else the whole run is tried again later. */
export function failHandler(run: Run, { handler }: RuntimePlan, { name: step, remedy }: Step, error: Error): void {
  const refused = error instanceof Refusal;
  if (!refused && !run.lastAttempt) throw error;
  log(step, `handler ${handler}`, error.message);
  run.runtimes = run.runtimes.filter((runtime) => runtime.handler !== handler);
  run.failed = [...run.failed, { handler, verdict: 'failed', step, reason: refused ? error.message : `${error.message}; ${remedy}` }];
}
