import { createHash } from 'node:crypto';
import { createServer, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ImageArchive } from './images';

interface Content {
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * A registry of images on the loopback address, for container runtimes that take images from nowhere else.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class ImageRegistry {
  static async start(images: readonly ImageArchive[]): Promise<ImageRegistry> {
    const registry = new ImageRegistry(images);
    await new Promise<void>(done => registry.server.listen(0, '127.0.0.1', done));
    return registry;
  }

  /** By path of the request. */
  private readonly contents = new Map<string, Content>();
  private readonly server: Server;

  private constructor(images: readonly ImageArchive[]) {
    for (const image of images) this.add(image);
    this.server = createServer((request, response) => {
      if (request.url === '/v2/') return void response.writeHead(200).end('{}');
      this.answer(this.contents.get(request.url ?? ''), response, request.method === 'HEAD');
    });
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
  }

  private add({ reference, layer, config }: ImageArchive): void {
    const [, name, tag] = /^[^/]+\/(.+):([^:]+)$/.exec(reference)!;
    const blob = (type: string, bytes: Buffer) => {
      this.contents.set(`/v2/${name}/blobs/${digest(bytes)}`, { type, bytes });
      return { mediaType: type, digest: digest(bytes), size: bytes.length };
    };
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const bytes = Buffer.from(JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: blob('application/vnd.oci.image.config.v1+json', config),
      layers: [blob('application/vnd.oci.image.layer.v1.tar', layer)],
    }));
    for (const identifier of [tag, digest(bytes)]) this.contents.set(`/v2/${name}/manifests/${identifier}`, { type, bytes });
  }

  private answer(content: Content | undefined, response: ServerResponse, withoutBody: boolean): void {
    if (!content) return void response.writeHead(404).end();
    const { type, bytes } = content;
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length, 'docker-content-digest': digest(bytes) }).end(withoutBody ? undefined : bytes);
  }
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
