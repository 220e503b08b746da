import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ArchivePlan } from '../../src/installer/install-plan';
import { isDiskError } from '../host/errno';
import { Host } from '../host/host';
import { log } from '../log';

export interface DownloadLimits {
  /** A transfer that brings no byte for so long is given up. */
  readonly stallMs: number;
  /** Waits between the tries. */
  readonly backoffMs: readonly number[];
}

const LIMITS: DownloadLimits = { stallMs: 30_000, backoffMs: [1_000, 3_000, 9_000] };

/** What another try within seconds would meet again; the next attempt of the whole run may not. */
class SameAgain extends Error {}

/**
 * Downloads an archive to a new file and verifies its checksum; on return it is on the disk. Proxy and certificate
 * authorities come from the environment (`NODE_USE_ENV_PROXY`, `NODE_EXTRA_CA_CERTS`).
 */
export async function download(host: Host, archive: ArchivePlan, file: string, limits = LIMITS): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    host.removeTree(file);
    try {
      return await downloadOnce(host, archive, file, limits.stallMs);
    } catch (error) {
      host.removeTree(file);
      const backoff = limits.backoffMs[attempt];
      if (error instanceof SameAgain || isDiskError(error) || backoff === undefined) throw error;
      log('stage', archive.url, `${(error as Error).message}; next try in ${backoff} ms`);
      await wait(backoff);
    }
  }
}

async function downloadOnce(host: Host, { url, checksum }: ArchivePlan, path: string, stallMs: number): Promise<void> {
  const abort = new AbortController();
  const stalled = () => abort.abort(new Error(`${url}: no byte arrived for ${stallMs} ms`));
  let timer = setTimeout(stalled, stallMs);
  const file = host.fs.openSync(host.at(path), 'wx', 0o600);
  try {
    const response = await request(url, abort.signal);
    const announced = announcedBytes(response);
    const free = host.freeBytes(path.slice(0, path.lastIndexOf('/')));
    if ((announced ?? 0) > free) throw new SameAgain(`no room for ${url}: it has ${announced} bytes, and ${free} are free on the disk of ${path}`);
    const hash = createHash(checksum.algorithm);
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallMs);
      hash.update(chunk);
      for (let written = 0; written < chunk.length;) written += host.fs.writeSync(file, chunk, written);
      bytes += chunk.length;
      if (bytes > (announced ?? free)) throw new Error(`${url}: more than ${announced ?? free} bytes arrived`);
    }
    if (announced !== undefined && bytes < announced) throw new Error(`${url}: ${bytes} of ${announced} bytes arrived`);
    const found = hash.digest('hex');
    if (found !== checksum.hex.toLowerCase()) {
      throw new SameAgain(`${url}: the ${bytes} bytes that arrived have the ${checksum.algorithm} ${found}, and the release was published with `
        + `${checksum.hex}: nothing was opened; check the mirror or proxy between, or the checksum of the release`);
    }
    host.fs.fsyncSync(file);
  } catch (error) {
    throw networkCause(url, abort.signal.aborted ? abort.signal.reason : error);
  } finally {
    clearTimeout(timer);
    host.fs.closeSync(file);
  }
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal, headers: { 'accept-encoding': 'identity' } });
  if (response.ok) return response;
  await response.body?.cancel();
  const message = `${url}: HTTP ${response.status} ${response.statusText}`.trimEnd();
  const passing = response.status >= 500 || response.status === 429 || response.status === 408;
  throw passing ? new Error(message) : new SameAgain(`${message}: check the release, the mirror and the proxy`);
}

function announcedBytes(response: Response): number | undefined {
  const length = response.headers.get('content-length');
  return length === null || response.headers.has('content-encoding') ? undefined : Number(length);
}

/** `fetch` only says that it failed; what happened is in the cause. */
function networkCause(url: string, error: unknown): unknown {
  const { message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  if (!['fetch failed', 'terminated'].includes(message) || !cause) return error;
  return new Error(`${url}: ${cause.code ?? ''} ${cause.message}`.trimEnd());
}
