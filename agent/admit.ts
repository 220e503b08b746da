import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentEnv } from './agent-env';
import { readBundle } from './bundle';
import { nodePath, type Gate } from './kube/gate';
import { labelHandlers, saysAlready, type HandlerStates } from './kube/handler-labels';
import { inClusterConnection, KubeClient, type KubeConnection, type KubeObject } from './kube/kube-client';
import { recordProvenPlan } from './kube/node-lease';
import { freeSlots } from './kube/rollout-slot';
import { liftStartupTaint } from './kube/startup-taint';
import { log } from './log';
import { readDrift, readVerdict } from './verdict';
import type { HandlerVerdict } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

export interface AdmitOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder with the mounted ConfigMaps. */
  readonly bundle?: string;
  /** The emptyDir with the verdict. */
  readonly shared?: string;
  readonly connection?: KubeConnection;
}

/**
 * Tells the cluster what `install` found out. Called again and again: it puts right what somebody changed, and writes
 * nothing where all is as it should be. A node that failed keeps its slot and its Pod stays not ready.
 */
export async function admit(options: AdmitOptions = {}): Promise<void> {
  const { env = process.env, shared = POD_LAYOUT.shared } = options;
  const planHash = agentEnv('planHash', env);
  // What comes from here on is told by a run after this one.
  rmSync(join(shared, 'news'), { force: true });
  const { plan } = readBundle(options.bundle);
  const verdict = readVerdict(shared, planHash);
  if (verdict.handlers.length === 0 && plan.desiredState === 'PRESENT') {
    throw new Error(`the verdict about the plan ${planHash} names no handler, so nothing is proven; see the log of the container install`);
  }
  const readyFile = join(shared, 'ready');
  const handlers = withDrift(verdict.handlers, readDrift(shared, planHash).handlers);
  const failed = handlers.filter((handler) => handler.verdict === 'failed');
  const allReady = failed.length === 0;
  // Not ready before the labels say so, ready only after.
  if (!allReady) rmSync(readyFile, { force: true });

  if (plan.gate) {
    const kube = new KubeClient(options.connection ?? inClusterConnection(env));
    const gate: Gate = { kube, node: agentEnv('nodeName', env), installer: plan.installer, plan: plan.gate };
    const node = await kube.get<KubeObject>(nodePath(gate.node));
    // A handler that newer ConfigMaps no longer have is no longer ours to label.
    const planned = new Set(plan.runtimes.map(({ handler }) => handler));
    // Where everything is taken back there is nothing to be ready, but it may have failed.
    const told = plan.desiredState === 'ABSENT' ? failed : handlers;
    const states: HandlerStates = Object.fromEntries(
      told.filter(({ handler }) => planned.has(handler)).map(({ handler, verdict: state }) => [handler, state]));
    const settled = saysAlready(node, states) && existsSync(readyFile);
    if (!saysAlready(node, states)) {
      await labelHandlers('admit', gate, node, states);
      for (const { handler, step, reason } of failed) log('admit', `handler ${handler}`, `failed at ${step ?? 'an unknown step'}: ${reason ?? 'no reason given'}`);
    }
    if (allReady) {
      const news = await recordProvenPlan(gate, node, planHash);
      if (news) log('admit', `node ${gate.node}`, `plan ${planHash} is proven`);
      if (plan.desiredState === 'PRESENT') await liftStartupTaint(gate, node);
      if (news || !settled) await freeSlots(gate);
    }
  }
  if (allReady && !existsSync(readyFile)) {
    writeFileSync(readyFile, '');
    log('admit', readyFile, 'ready');
  }
}

/** What `install` has proven may not be so any more. */
function withDrift(handlers: readonly HandlerVerdict[], drift: readonly HandlerVerdict[]): HandlerVerdict[] {
  return handlers.map((told) => told.verdict === 'ready' && drift.find(({ handler }) => handler === told.handler) || told);
}
