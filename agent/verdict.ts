import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Host } from './host/host';
import { InstallVerdict } from '../src/installer/install-plan';

/** What `install` found out, which the emptyDir has from it. */
export function readVerdict(shared: string, planHash: string): InstallVerdict {
  const path = join(shared, 'verdict.json');
  const verdict = read(path);
  if (!verdict) throw new Error(`${path} is missing; the container install writes it before this one starts, see its log`);
  if (verdict.planHash !== planHash) {
    throw new Error(`${path} is about the plan ${verdict.planHash}, this Pod is for ${planHash}; it is not used`);
  }
  return verdict;
}

export function writeVerdict(shared: string, verdict: InstallVerdict): void {
  put(join(shared, 'verdict.json'), verdict);
}

/** The handlers that `watch` no longer found as `install` had left them; without such a container, none. */
export function readDrift(shared: string, planHash: string): InstallVerdict {
  const drift = read(driftFile(shared));
  return drift?.planHash === planHash ? drift : { planHash, handlers: [] };
}

export function writeDrift(shared: string, drift: InstallVerdict): void {
  put(driftFile(shared), drift);
}

function driftFile(shared: string): string {
  return join(shared, 'drift.json');
}

function read(path: string): InstallVerdict | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) as InstallVerdict : undefined;
}

function put(path: string, verdict: InstallVerdict): void {
  new Host().write(path, `${JSON.stringify(verdict, undefined, 2)}\n`, 0o644);
}
