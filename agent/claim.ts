import { agentEnv } from './agent-env';
import { readBundle } from './bundle';
import { proveFence } from './kube/fence-proof';
import { nodePath, type Gate } from './kube/gate';
import { labelHandlers, type HandlerStates } from './kube/handler-labels';
import { inClusterConnection, KubeClient, type KubeConnection, type KubeObject } from './kube/kube-client';
import { provenPlanHash } from './kube/node-lease';
import { takeSlot, type SlotWait } from './kube/rollout-slot';
import { log } from './log';
import { Refusal } from './refusal';

export interface ClaimOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder with the mounted ConfigMaps. */
  readonly bundle?: string;
  readonly connection?: KubeConnection;
  readonly slotWait?: SlotWait;
}

/**
 * Before the first touch of the node: shows that the token is fenced, takes a rollout slot unless this very plan was
 * proven on this node before, and labels the handlers `pending`, so that no new Pod comes until `admit` says `ready`.
 */
export async function claim(options: ClaimOptions = {}): Promise<void> {
  const { env = process.env, slotWait = { firstMs: 2_000, longestMs: 30_000 } } = options;
  const startedAt = performance.now();
  const planHash = agentEnv('planHash', env);
  const { plan, hash } = readBundle(options.bundle);
  if (!plan.gate) throw new Refusal('the plan has no gate, so there is nothing to claim; apply all objects of the installer together');
  const kube = new KubeClient(options.connection ?? inClusterConnection(env));
  const gate: Gate = { kube, node: agentEnv('nodeName', env), installer: plan.installer, plan: plan.gate };

  await proveFence(gate);
  log('claim', `node ${gate.node}`, 'the token is fenced', startedAt);
  const node = await kube.get<KubeObject>(nodePath(gate.node));
  if (await provenPlanHash(gate, node) === planHash) {
    log('claim', `node ${gate.node}`, 'this plan was proven here before, no rollout slot needed');
  } else if (hash !== planHash) {
    // The kubelet brings the ConfigMaps of this Pod, or the rollout brings the Pod of these ConfigMaps.
    throw new Error(`the mounted files have the hash ${hash}, this Pod is for ${planHash}; waiting until both are of one rollout`);
  } else {
    await takeSlot(gate, slotWait);
  }
  const states: HandlerStates = plan.desiredState === 'ABSENT' ? {} : Object.fromEntries(plan.runtimes.map(({ handler }) => [handler, 'pending']));
  await labelHandlers('claim', gate, node, states);
}
