import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSignedCertificate } from './self-signed-certificate';
import type { KubeConnection } from '../../../agent/kube/kube-client';

export interface HttpsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: any;
}

/** `hang` gives no answer at all, `cut` ends the connection. */
export type HttpsAnswer = { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> } | 'hang' | 'cut';

/** An API server in this process: what it answers is up to the test. */
export class HttpsServer {
  public static async start(respond: (request: HttpsRequest) => HttpsAnswer): Promise<HttpsServer> {
    const folder = mkdtempSync(join(tmpdir(), 'https-server-'));
    const { key, cert } = selfSignedCertificate();
    const server = createServer({ key, cert }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url!, 'https://localhost');
        const text = Buffer.concat(chunks).toString('utf8');
        const answer = respond({
          method: request.method!,
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: text ? JSON.parse(text) : undefined,
        });
        if (answer === 'cut') request.socket.destroy();
        if (answer === 'cut' || answer === 'hang') return;
        response.writeHead(answer.status, answer.headers).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connection = {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      tokenFile: join(folder, 'token'),
      caFile: join(folder, 'ca.crt'),
      backoffMs: 5,
    };
    writeFileSync(connection.tokenFile, 'first token\n');
    writeFileSync(connection.caFile, cert);
    return new HttpsServer(connection, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    });
  }

  private constructor(public readonly connection: KubeConnection, public readonly stop: () => Promise<void>) {}
}
