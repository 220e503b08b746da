import { request } from 'node:http';
import { DockerRuntimes } from './daemon-json';

/** A container as Docker's list of them has it. */
export interface EngineContainer {
  readonly Id: string;
  readonly Names?: readonly string[];
  readonly Labels?: { readonly [name: string]: string };
}

/** The part of `GET /info` that the agent reads. */
export interface EngineInfo {
  readonly Runtimes?: DockerRuntimes;
  readonly DefaultRuntime?: string;
}

export class EngineError extends Error {
  constructor(call: string, readonly status: number, message: string) {
    super(`Docker's API answered ${status} to ${call}: ${message}`);
    this.name = 'EngineError';
  }
}

const TIMEOUT_MS = 10_000;

/**
 * Docker's API on its socket, in the newest version that the daemon speaks.
 *
 * @see https://docs.docker.com/reference/api/engine/
 */
export class EngineClient {
  private prefix: string | undefined;

  constructor(private readonly socket: string) {}

  async version(): Promise<string> {
    const { Version: version, ApiVersion: api } = await this.send('GET', '/version') as { Version: string; ApiVersion: string };
    this.prefix = `/v${api}`;
    return version;
  }

  async info(): Promise<EngineInfo> {
    return await this.call('GET', '/info') as EngineInfo;
  }

  /** Whether Docker has read its configuration again since a moment. It says so only where it took the file. */
  async hasReloaded(since: Date): Promise<boolean> {
    const filters = encodeURIComponent(JSON.stringify({ type: ['daemon'], event: ['reload'] }));
    const until = (Date.now() / 1000).toFixed(3);
    const events = await this.call('GET', `/events?since=${(since.getTime() / 1000).toFixed(3)}&until=${until}&filters=${filters}`, { lines: true });
    return events !== '';
  }

  /** Those that run, or with a label all that carry it. */
  async containers(label?: string): Promise<EngineContainer[]> {
    const query = label === undefined ? '' : `?all=1&filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}`;
    return await this.call('GET', `/containers/json${query}`) as EngineContainer[];
  }

  /** Name of the runtime of a container; undefined if it is gone. */
  async runtimeOf(id: string): Promise<string | undefined> {
    const found = await this.call('GET', `/containers/${id}/json`, { absentIsFine: true }) as { HostConfig: { Runtime?: string } } | undefined;
    return found && (found.HostConfig.Runtime ?? '');
  }

  /** @returns the container's id. */
  async createContainer(config: object): Promise<string> {
    const { Id: id } = await this.call('POST', '/containers/create', { json: config }) as { Id: string };
    return id;
  }

  async startContainer(id: string, timeoutMs: number): Promise<void> {
    await this.call('POST', `/containers/${id}/start`, { timeoutMs });
  }

  /** @returns the exit code of a container that ends. */
  async waitContainer(id: string, timeoutMs: number): Promise<number> {
    const { StatusCode: code } = await this.call('POST', `/containers/${id}/wait`, { timeoutMs }) as { StatusCode: number };
    return code;
  }

  async removeContainer(id: string): Promise<void> {
    await this.call('DELETE', `/containers/${id}?force=1&v=1`, { absentIsFine: true });
  }

  /** Makes an image of one layer. */
  async importImage(name: string, tag: string, layer: Buffer): Promise<void> {
    await this.call('POST', `/images/create?fromSrc=-&repo=${encodeURIComponent(name)}&tag=${encodeURIComponent(tag)}`, { tar: layer });
  }

  async removeImage(reference: string): Promise<void> {
    await this.call('DELETE', `/images/${reference}?force=1`, { absentIsFine: true });
  }

  private async call(method: string, path: string, options: CallOptions = {}): Promise<unknown> {
    if (this.prefix === undefined) await this.version();
    return this.send(method, `${this.prefix}${path}`, options);
  }

  private send(method: string, path: string, { json, tar, lines, timeoutMs = TIMEOUT_MS, absentIsFine = false }: CallOptions = {}): Promise<unknown> {
    const call = `${method} ${path.split('?')[0]}`;
    const body = tar ?? (json === undefined ? undefined : Buffer.from(JSON.stringify(json)));
    const type = tar ? 'application/x-tar' : 'application/json';
    return new Promise((resolve, reject) => {
      const headers = { 'Host': 'docker', 'Content-Length': body?.length ?? 0, ...(body ? { 'Content-Type': type } : {}) };
      const sent = request({ socketPath: this.socket, method, path, headers, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const status = response.statusCode ?? 0;
          if (status < 400) resolve(lines || tar ? text : parsed(text));
          else if (status === 404 && absentIsFine) resolve(undefined);
          else reject(new EngineError(call, status, messageOf(text)));
        });
      });
      sent.on('error', (error) => {
        const reason = error.name === 'AbortError' || error.name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : error.message;
        reject(new Error(`Docker's API at ${this.socket} does not answer ${call}: ${reason}`));
      });
      sent.end(body);
    });
  }
}

interface CallOptions {
  readonly json?: object;
  readonly tar?: Buffer;
  /** The answer is a stream of lines, and returned as it is. */
  readonly lines?: boolean;
  readonly timeoutMs?: number;
  readonly absentIsFine?: boolean;
}

function parsed(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
