import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { canaryConfig, canarySocket } from './canary-config';
import { lastLines } from './command';
import { Table, writeToml } from './toml';
import { CriClient, CriStatus } from '../cri/cri-client';
import { GRPC_STATUS, GrpcError } from '../cri/grpc-client';
import { Refusal } from '../refusal';

const POLL_MS = 25;
/** How long a canary may take to end by itself. */
const STOP_MS = 5_000;

export interface CanaryInput {
  /** The node's own containerd. */
  readonly command: readonly string[];
  /** What `config dump` says of the candidate configuration. */
  readonly dump: Table;
  /** An empty folder that is the canary's alone. Its path must be short: a socket's path has 107 bytes at most. */
  readonly folder: string;
  readonly timeoutMs: number;
}

/**
 * Starts the node's own containerd beside the running one with a candidate configuration, waits until its CRI says
 * that it is ready, and stops it. Nothing of the host is touched. This finds what a dump cannot: a configuration that
 * parses but with which the CRI plugin does not load.
 *
 * @throws with containerd's own reason: a Refusal if it came to an end, another error if it only took too long.
 */
export async function runCanary({ command, dump, folder, timeoutMs }: CanaryInput): Promise<CriStatus> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/config.toml`, writeToml(canaryConfig(dump, folder)));
  const child = spawn(command[0], [...command.slice(1), '--config', `${folder}/config.toml`, '--log-level', 'info'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  const log: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => log.push(chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString('utf8')));
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`cannot be started (${error.message})`));
    child.on('close', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
  });
  const cri = new CriClient(canarySocket(folder));
  try {
    return await ready(cri, ended, performance.now() + timeoutMs);
  } catch (error) {
    const message = `containerd does not come up: ${(error as Error).message}: ${reason(log.join(''))}`;
    throw error instanceof NotInTime ? new Error(message) : new Refusal(message);
  } finally {
    cri.close();
    await stop(child, ended);
  }
}

/** A slow node is no reason to give up for good. */
class NotInTime extends Error {}

async function ready(cri: CriClient, ended: Promise<string>, deadline: number): Promise<CriStatus> {
  let end: string | undefined;
  void ended.then((how) => { end = how; });
  for (let last = 'no answer'; ; await sleep(POLL_MS)) {
    if (end) throw new Refusal(`it ${end}`);
    if (performance.now() > deadline) throw new NotInTime(`its CRI was not ready in time (${last})`);
    try {
      const status = await cri.status(Math.max(1, deadline - performance.now()));
      if (status.conditions.some(({ type, status: met }) => type === 'RuntimeReady' && met)) return status;
      last = 'RuntimeReady is false';
    } catch (error) {
      // All services are registered before the socket is there: an unknown one has failed to load.
      if (error instanceof GrpcError && error.code === GRPC_STATUS.UNIMPLEMENTED) throw new Refusal('its CRI plugin did not load');
      last = (error as Error).message;
    }
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** The lines of a log that say why: those about the CRI plugin first, else errors, else the last ones. */
function reason(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const cri = lines.filter((line) => /failed to load plugin.*cri/.test(line));
  const errors = lines.filter((line) => /level=(error|fatal)|^containerd: /.test(line));
  return lastLines([cri, errors, lines].find((found) => found.length > 0)?.join('\n') ?? 'it wrote no log');
}
