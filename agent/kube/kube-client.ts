import { readFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from './kube-error';

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: { readonly [key: string]: string };
    readonly ownerReferences?: readonly OwnerReference[];
  };
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Where the API server is and how we are known to it. Files are read again for each request: tokens are rotated. */
export interface KubeConnection {
  readonly host: string;
  readonly port: number;
  readonly tokenFile: string;
  readonly caFile: string;
  /** For one attempt. @default 10 seconds */
  readonly timeoutMs?: number;
  /** Attempts of one request. @default 6, over about half a minute */
  readonly attempts?: number;
  /** Wait after the first failed attempt; doubles each time. @default 500 */
  readonly backoffMs?: number;
}

export interface WriteOptions {
  /** The API server does everything but store it. */
  readonly dryRun?: boolean;
}

/** Where the kubelet mounts (or a projected volume takes the place of) the service account's token. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The connection that every Pod has. */
export function inClusterConnection(env: NodeJS.ProcessEnv = process.env): KubeConnection {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) {
    throw new Error('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; the agent finds the API server only from inside a Pod');
  }
  return { host, port: Number(port), tokenFile: `${SERVICE_ACCOUNT}/token`, caFile: `${SERVICE_ACCOUNT}/ca.crt` };
}

/**
 * The few calls of the Kubernetes API that the agent makes. Each is repeated when the API server cannot be reached,
 * is overloaded (429) or fails (5xx). A write whose answer was lost can so meet its own result: callers treat
 * "exists already" and "changed since" as a reason to read again.
 */
export class KubeClient {
  // An agent of our own, which no proxy of the environment applies to; no connection outlives its request.
  private readonly agent = new Agent({ keepAlive: false });

  constructor(private readonly connection: KubeConnection) {}

  public async get<T extends KubeObject>(path: string): Promise<T> {
    return this.call('GET', path) as Promise<T>;
  }

  public async create<T extends KubeObject>(path: string, object: T, options?: WriteOptions): Promise<T> {
    return this.call('POST', path, { body: object, ...options }) as Promise<T>;
  }

  /** Replaces the object as it was read: not if somebody changed it since (`metadata.resourceVersion`). */
  public async replace<T extends KubeObject>(path: string, object: T, options?: WriteOptions): Promise<T> {
    return this.call('PUT', path, { body: object, ...options }) as Promise<T>;
  }

  /**
   * Server-side apply: what `fieldManager` applied before and leaves out now is removed, the rest of the object is
   * left alone. Takes fields over from other managers.
   */
  public async apply<T extends KubeObject>(path: string, object: T, fieldManager: string, options?: WriteOptions): Promise<T> {
    const query = { fieldManager, force: 'true' };
    return this.call('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml', query, ...options }) as Promise<T>;
  }

  /** Merges a part of an object into it; with a `resourceVersion`, only if it still is what was read. */
  public async merge(path: string, part: object): Promise<void> {
    await this.call('PATCH', path, { body: part, contentType: 'application/merge-patch+json' });
  }

  /** Deletes the object only if it still is the one that was read. */
  public async delete(path: string, read: { readonly uid?: string; readonly resourceVersion?: string }, options: WriteOptions = {}): Promise<void> {
    const { uid, resourceVersion } = read;
    // The API server ignores the query of a DELETE that has a body: a dry run must be asked for in the body, or it is none.
    const dryRun = options.dryRun ? { dryRun: ['All'] } : {};
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion }, ...dryRun };
    await this.call('DELETE', path, { body, ...options });
  }

  private async call(method: string, path: string, call: Call = {}): Promise<unknown> {
    const query = new URLSearchParams({ ...call.query, ...(call.dryRun ? { dryRun: 'All' } : {}) }).toString();
    const what = `${method} ${path}${call.dryRun ? ' (dry run)' : ''}`;
    const { attempts = 6, backoffMs = 500, host, port } = this.connection;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(method, query ? `${path}?${query}` : path, call).catch(unreachable);
      const answered = 'status' in outcome;
      if (answered && outcome.status < 300) return JSON.parse(outcome.body);
      const passing = !answered || outcome.status === 429 || outcome.status >= 500;
      if (!passing || attempt === attempts) {
        if (answered) throw new KubeError(what, outcome.status, message(outcome.body));
        throw new Error(`the API server at ${host}:${port} cannot be reached for ${what} (tried ${attempt} times): ${outcome.reason}`);
      }
      const asked = answered ? outcome.retryAfterMs : 0;
      // Jitter, because all nodes may be waiting for the same API server.
      await sleep(Math.max(asked, backoffMs * 2 ** (attempt - 1)) * (1 + Math.random() / 2));
    }
  }

  private async attempt(method: string, path: string, { body, contentType = 'application/json' }: Call): Promise<Answer> {
    const { host, port, tokenFile, caFile, timeoutMs = 10_000 } = this.connection;
    const content = body === undefined ? undefined : JSON.stringify(body);
    const options = {
      host,
      port,
      method,
      path,
      agent: this.agent,
      ca: readFileSync(caFile),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`,
        ...(content === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(content) }),
      },
    };
    return new Promise((resolve, reject) => {
      const request = httpsRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({
          status: response.statusCode!,
          body: Buffer.concat(chunks).toString('utf8'),
          retryAfterMs: (Number(response.headers['retry-after']) || 0) * 1000,
        }));
      });
      request.on('error', reject);
      request.end(content);
    });
  }
}

interface Call extends WriteOptions {
  readonly body?: object;
  readonly contentType?: string;
  readonly query?: { readonly [name: string]: string };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs: number;
}

/** A file that is missing will not come by waiting; anything else between us and the API server may. */
function unreachable(error: NodeJS.ErrnoException): { readonly reason: string } {
  if (error.path !== undefined && error.code === 'ENOENT') {
    throw new Error(`${error.path} is missing; the container needs the service account token volume`, { cause: error });
  }
  return { reason: error.name === 'TimeoutError' || error.name === 'AbortError' ? 'no answer in time' : error.message };
}

/** `message` of a Status object, or the raw answer. */
function message(body: string): string {
  try {
    const status = JSON.parse(body) as { message?: string };
    if (status.message) return status.message;
  } catch { /* a proxy's page, not the API server's */ }
  return body.slice(0, 200) || '(empty answer)';
}
