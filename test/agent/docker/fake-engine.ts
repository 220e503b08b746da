import { createServer, IncomingMessage, Server } from 'node:http';

export interface FakeContainer {
  readonly id: string;
  readonly labels: { readonly [name: string]: string };
  readonly runtime: string;
  readonly name: string;
  running: boolean;
}

/** Docker's API as far as the agent uses it. */
export class FakeEngine {
  static async listen(socket: string): Promise<FakeEngine> {
    const engine = new FakeEngine();
    await new Promise<void>((resolve) => engine.server.listen(socket, resolve));
    return engine;
  }

  version = '28.5.1';
  runtimes: { [name: string]: object } = { runc: { path: 'runc' } };
  defaultRuntime = 'runc';
  readonly containers = new Map<string, FakeContainer>();
  readonly images = new Map<string, Buffer>();
  /** `<method> <path without version and query>` of every call. */
  readonly calls: string[] = [];
  /** Times of reloads, in seconds. */
  readonly reloads: number[] = [];
  /** What calls that go wrong answer. */
  readonly failures: { [call: string]: { readonly status: number; readonly message: string } | 'hangs' } = {};
  exitCode = 0;
  private made = 0;
  private readonly server: Server = createServer((request, response) => {
    void body(request).then((content) => {
      const url = new URL(request.url ?? '/', 'http://docker');
      const path = url.pathname.replace(/^\/v[\d.]+/, '');
      const call = `${request.method} ${path.replace(/\/c\d+/, '/{id}').replace(/\/sandbox-runtimes.*/, '/{name}')}`;
      this.calls.push(call);
      const failure = this.failures[call];
      if (failure === 'hangs') return;
      const [status, answer] = failure ? [failure.status, { message: failure.message }] : this.answer(call, path, url.searchParams, content);
      response.writeHead(status).end(answer === undefined ? '' : JSON.stringify(answer));
    });
  });

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  add(container: Partial<FakeContainer>): FakeContainer {
    const id = `c${++this.made}`;
    const added = { id, labels: {}, runtime: 'runc', name: id, running: true, ...container };
    this.containers.set(id, added);
    return added;
  }

  private answer(call: string, path: string, query: URLSearchParams, content: Buffer): [number, unknown] {
    const id = path.split('/')[2];
    switch (call) {
      case 'GET /version': return [200, { Version: this.version, ApiVersion: '1.51' }];
      case 'GET /info': return [200, { Runtimes: this.runtimes, DefaultRuntime: this.defaultRuntime }];
      case 'GET /events': {
        const found = this.reloads.some((time) => time >= Number(query.get('since')) && time <= Number(query.get('until')));
        return [200, found ? { Type: 'daemon', Action: 'reload' } : undefined];
      }
      case 'GET /containers/json': return [200, this.list(query)];
      case 'GET /containers/{id}/json': return [200, { HostConfig: { Runtime: this.containers.get(id)?.runtime } }];
      case 'POST /containers/create': {
        const { Labels: labels, HostConfig: { Runtime: runtime = this.defaultRuntime } } = JSON.parse(content.toString());
        return [201, { Id: this.add({ labels, runtime, running: false }).id }];
      }
      case 'POST /containers/{id}/start': return [204, undefined];
      case 'POST /containers/{id}/wait': return [200, { StatusCode: this.exitCode }];
      case 'DELETE /containers/{id}': return this.containers.delete(id) ? [204, undefined] : [404, { message: 'No such container' }];
      case 'POST /images/create': {
        this.images.set(`${query.get('repo')}:${query.get('tag')}`, content);
        return [200, { status: 'sha256:1' }];
      }
      case 'DELETE /images/{name}': return this.images.delete(path.slice('/images/'.length)) ? [200, []] : [404, { message: 'No such image' }];
      default: return [404, { message: `page not found: ${call}` }];
    }
  }

  private list(query: URLSearchParams): object[] {
    const label: string | undefined = JSON.parse(query.get('filters') ?? '{}').label?.[0];
    return [...this.containers.values()].filter(({ labels, running }) => label === undefined ? running : label in labels)
      .map(({ id, labels, name }) => ({ Id: id, Labels: labels, Names: [`/${name}`] }));
  }
}

function body(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
  });
}
