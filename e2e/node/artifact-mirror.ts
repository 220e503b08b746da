import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GVisorArchive } from './gvisor-archive';
import { ARCHITECTURE, KataArchives } from './kata-archive';

/** A mirror of gVisor's and Kata's releases on the loopback address. */
export class ArtifactMirror {
  static async start(): Promise<ArtifactMirror> {
    const mirror = new ArtifactMirror();
    await new Promise<void>(done => mirror.server.listen(0, '127.0.0.1', done));
    return mirror;
  }

  /** Paths in the order of the requests. */
  readonly requests: string[] = [];
  private readonly contents = new Map<string, Buffer>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const path = request.url ?? '/';
      this.requests.push(path);
      const content = this.contents.get(path);
      if (!content) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-length': content.length }).end(content);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mirror`;
  }

  serve(archive: GVisorArchive): void {
    const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
    this.contents.set(`/mirror/release/${archive.release}/${arch}/gvisor.tar.zstd`, archive.content);
  }

  serveKata({ release, packages }: KataArchives): void {
    for (const [name, { content }] of Object.entries(packages)) this.contents.set(`/mirror/download/${release}/${name}-${release}-${ARCHITECTURE}.tar.zst`, content);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
  }
}
