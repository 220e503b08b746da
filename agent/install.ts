import { agentEnv } from './agent-env';
import { ATTEMPTS, failedAttempts, forgetFailedAttempts, writeFailedAttempts } from './attempts';
import { Bundle, readBundle } from './bundle';
import { conclusion, failedAttempt, failureOf } from './conclusion';
import { connectNode } from './connect-node';
import { Host } from './host/host';
import { readJournal } from './journal';
import { lastWords } from './last-words';
import { log } from './log';
import { Node } from './node';
import { NotYet } from './not-yet';
import { InstallRecord, otherOwner } from './record';
import { Refusal } from './refusal';
import { keepUsed, requireUnused } from './steps/keep-used';
import { planFiles } from './steps/plan-files';
import { preflight } from './steps/preflight';
import { HandlersNotProven, prove } from './steps/prove';
import { recover } from './steps/recover';
import { removeUnused } from './steps/remove-unused';
import { restart } from './steps/restart';
import { settle } from './steps/settle';
import { stage } from './steps/stage';
import { validate } from './steps/validate';
import { write } from './steps/write';
import { carryOut, failHandler, Run, Step, StepFailure } from './transaction';
import { writeVerdict } from './verdict';
import { forgetWaiting } from './waiting';
import { HandlerVerdict, InstallVerdict, PlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

export interface InstallOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder with the mounted ConfigMaps. */
  readonly bundle?: string;
  /** The emptyDir for the verdict. */
  readonly shared?: string;
  readonly host?: Host;
  readonly node?: (platform: PlatformPlan) => Node;
  /** The file for the container's termination message. */
  readonly terminationLog?: string;
}

const PREPARE = [recover, preflight, stage];
const ACTIVATE = [keepUsed, planFiles, validate, write, restart, prove, requireUnused, settle, removeUnused];

/**
 * Brings the node to the plan, or leaves it as it was.
 *
 * @returns the exit code: 0 once every handler has a final verdict, else 1, and the kubelet starts another attempt.
 */
export async function install(options: InstallOptions = {}): Promise<number> {
  const { env = process.env, shared = POD_LAYOUT.shared, host = new Host() } = options;
  const startedAt = performance.now();
  const planHash = agentEnv('planHash', env);
  const bundle = readBundle(options.bundle);
  const connect = options.node ?? ((platform: PlatformPlan) => connectNode(host, platform));
  const failed = failedAttempts(host, planHash) + (diedBefore(host, planHash) ? 1 : 0);
  const run = newRun(bundle, planHash, connect(bundle.plan.platform), failed + 1 >= ATTEMPTS);
  const end = (message: string) => {
    log('install', '', message, startedAt);
    lastWords(message, options.terminationLog);
  };
  let handlers: readonly HandlerVerdict[];
  let whole = true;
  try {
    handlers = bundle.hash === planHash ? await carryOutPlan(run) : await proveAgain(run, bundle, connect);
  } catch (error) {
    if (causeOf(error) instanceof NotYet) {
      end((error as Error).message);
      return 1;
    }
    const concerned = concernedBy(run, bundle);
    if (!isFinal(error, run, concerned)) {
      // One whose journal is still there is counted by that when the next one begins.
      host.tryTo(() => writeFailedAttempts(host, { planHash, failed: diedBefore(host, planHash) ? failed : failed + 1 }));
      end(failedAttempt(error as Error, failed + 1));
      return 1;
    }
    handlers = allFailed(run, error as Error, concerned);
    whole = false;
  }
  const verdict: InstallVerdict = { planHash, handlers };
  if (otherOwner(run) === undefined) {
    host.tryTo(() => forgetFailedAttempts(host));
    host.tryTo(() => forgetWaiting(host));
  }
  writeVerdict(shared, verdict);
  end(conclusion(handlers, run, whole));
  return 0;
}

/** A journal that cannot be read is for the step that reads it to complain of. */
function diedBefore(host: Host, planHash: string): boolean {
  try {
    return readJournal(host)?.planHash === planHash;
  } catch {
    return false;
  }
}

function newRun({ plan, files }: Bundle, planHash: string, node: Node, lastAttempt: boolean): Run {
  return {
    node,
    plan,
    planHash,
    files,
    lastAttempt,
    runtimes: plan.desiredState === 'PRESENT' ? plan.runtimes : [],
    failed: [],
    stillUsed: [],
    abandoned: new Map(),
    record: undefined,
    journal: undefined,
    changes: [],
    changesContainerRuntime: false,
    restarted: false,
  };
}

/** A handler that cannot be proven on the last attempt is left out, so that it does not take the others with it. */
async function carryOutPlan(run: Run): Promise<HandlerVerdict[]> {
  await carryOut(PREPARE, run);
  if (otherOwner(run) !== undefined) return [];
  for (;;) {
    const nothingLeft = run.plan.desiredState === 'PRESENT' && run.plan.runtimes.length > 0 && !run.runtimes.length;
    if (nothingLeft) return [...run.failed];
    try {
      await carryOut(ACTIVATE, run);
      return [...run.failed, ...run.runtimes.map(({ handler }) => ({ handler, verdict: 'ready' as const }))];
    } catch (error) {
      const unproven = error instanceof StepFailure && error.cause instanceof HandlersNotProven ? error.cause.failures : [];
      if (!unproven.length || !run.lastAttempt || run.journal) throw error;
      for (const { runtime, error: cause } of unproven) failHandler(run, runtime, prove, cause);
    }
  }
}

/** After a reboot in the middle of a rollout: what was proven for this Pod is proven again, from the record alone. */
async function proveAgain(run: Run, bundle: Bundle, connect: (platform: PlatformPlan) => Node): Promise<HandlerVerdict[]> {
  await carryOut([recover], run);
  const { record, planHash } = run;
  if (record?.provenPlan !== planHash) {
    throw new NotYet(`the mounted files have the hash ${bundle.hash}, this Pod is for ${planHash}, and that plan was never proven on this node: `
      + 'nothing is done until the ConfigMaps and the DaemonSet are of one rollout; apply both together');
  }
  log('install', '', 'the mounted files are of another rollout; what was proven here for this Pod is proven again');
  await carryOut([proveRecorded(connect(record.platform), record)], run);
  return record.handlers.map(({ handler }) => ({ handler, verdict: 'ready' }));
}

function proveRecorded(node: Node, { handlers }: InstallRecord): Step {
  return {
    name: prove.name,
    remedy: prove.remedy,
    async apply() {
      for (const { handler } of handlers) await node.proveHandler(handler);
      await node.proveDefaultRuntime();
    },
  };
}

/** A refusal is final at once, anything else when the attempts are used up; a verdict needs a handler to be about. */
function isFinal(error: unknown, run: Run, concerned: readonly string[]): boolean {
  if (!concerned.length) return false;
  return run.lastAttempt || (causeOf(error) instanceof Refusal && !run.journal);
}

function causeOf(error: unknown): unknown {
  return error instanceof StepFailure ? error.cause : error;
}

function allFailed(run: Run, error: Error, concerned: readonly string[]): HandlerVerdict[] {
  const failure = failureOf(error);
  return concerned.map((handler) => run.failed.find((verdict) => verdict.handler === handler) ?? { handler, verdict: 'failed', ...failure });
}

/** The handlers of the plan and, where everything is taken back, those that are installed; of a plan that is not this Pod's, only those. */
function concernedBy({ plan, record, planHash }: Run, { hash }: Bundle): string[] {
  const installed = record?.handlers ?? [];
  if (hash !== planHash && installed.length) return installed.map(({ handler }) => handler);
  if (plan.desiredState === 'PRESENT') return plan.runtimes.map(({ handler }) => handler);
  return [...new Set([...plan.runtimes, ...installed].map(({ handler }) => handler))];
}
