import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { agentEnv } from './agent-env';
import { connectNode } from './connect-node';
import { findDrift } from './drift';
import { FileHashes, KnownHashes } from './host/file-hashes';
import { Host } from './host/host';
import { log } from './log';
import { Node } from './node';
import { readRecord } from './record';
import { readDrift, readVerdict, writeDrift } from './verdict';
import { HandlerVerdict, PlatformPlan } from '../src/installer/install-plan';
import { POD_LAYOUT } from '../src/installer/pod-layout';

export interface WatchOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The emptyDir with the verdict. */
  readonly shared?: string;
  readonly host?: Host;
  readonly node?: (platform: PlatformPlan) => Node;
  /** A file that is being replaced may be gone for a moment, and counts only if it is so again after this time. */
  readonly againAfterMs?: number;
}

/**
 * Looks once whether what `install` has proven is still there, and tells `admit` what is not. Nothing is repaired: that
 * is for the next Pod, which may write. What was told stays until another look finds something else; one that cannot be
 * completed, for example while the container runtime is being restarted, finds nothing.
 */
export async function watch(options: WatchOptions = {}): Promise<void> {
  const { env = process.env, shared = POD_LAYOUT.shared, againAfterMs = 2_000 } = options;
  const startedAt = performance.now();
  const planHash = agentEnv('planHash', env);
  const proven = readVerdict(shared, planHash).handlers.filter(({ verdict }) => verdict === 'ready').map(({ handler }) => handler);
  const before = readDrift(shared, planHash).handlers;

  let found = await look(proven, shared, options);
  if (found.length && !isDeepStrictEqual(found, before)) {
    await sleep(againAfterMs);
    found = await look(proven, shared, options);
  }
  if (isDeepStrictEqual(found, before)) return;
  writeDrift(shared, { planHash, handlers: found });
  // Ends the sleep of `admit`.
  writeFileSync(join(shared, 'news'), '');
  for (const { handler, reason } of found) log('watch', `handler ${handler}`, reason!, startedAt);
  if (!found.length) log('watch', '', 'all is as it was installed again', startedAt);
}

async function look(proven: readonly string[], shared: string, { host = new Host(), node }: WatchOptions): Promise<HandlerVerdict[]> {
  const record = readRecord(host);
  const connect = node ?? ((platform: PlatformPlan) => connectNode(host, platform, { asRunning: true }));
  const known = readKnownHashes(shared);
  const hashes = new FileHashes(host, known);
  const drift = await findDrift(record && { node: connect(record.platform), record }, proven, hashes);
  if (!isDeepStrictEqual(hashes.toJSON(), known)) writeFileSync(hashFile(shared), JSON.stringify(hashes));
  return [...drift].map(([handler, reason]) => ({ handler, verdict: 'failed', step: 'watch', reason }));
}

function readKnownHashes(shared: string): KnownHashes {
  try {
    return JSON.parse(readFileSync(hashFile(shared), 'utf8')) as KnownHashes;
  } catch {
    // There is none before the first look, and half a one may be left by a look that was ended.
    return {};
  }
}

function hashFile(shared: string): string {
  return join(shared, 'hashes.json');
}
