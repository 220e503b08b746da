import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { KubeConnection } from '../../agent/kube/kube-client';
import { KubeError, type DeniedBy } from '../../agent/kube/kube-error';

export interface ApiAnswer {
  readonly status: number;
  readonly message: string;
  readonly deniedBy?: DeniedBy;
  readonly object?: any;
}

export interface ApiBody {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: { readonly [name: string]: string };
}

/** One request, any request: what the agent's own client could not or would not send. */
export async function apiCall(connection: KubeConnection, method: string, path: string, options: ApiBody = {}): Promise<ApiAnswer> {
  const { body, contentType, headers } = options;
  const content = body === undefined ? undefined : JSON.stringify(body);
  const text = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const call = request({
      host: connection.host,
      port: connection.port,
      ca: readFileSync(connection.caFile),
      method,
      path,
      agent: false,
      headers: {
        authorization: `Bearer ${readFileSync(connection.tokenFile, 'utf8')}`,
        ...(content === undefined ? {} : { 'content-type': contentType ?? 'application/json', 'content-length': `${Buffer.byteLength(content)}` }),
        ...headers,
      },
    }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString('utf8') }));
    });
    call.on('upgrade', (_, socket) => {
      socket.destroy();
      resolve({ status: 101, text: 'upgraded' });
    });
    call.on('error', reject);
    call.end(content);
  });
  return answer(text.status, text.text);
}

function answer(status: number, text: string): ApiAnswer {
  let object: any;
  try {
    object = JSON.parse(text);
  } catch { /* plain text, as of /readyz */ }
  const message: string = object?.message ?? text;
  return { status, message, object, deniedBy: new KubeError('', status, message).deniedBy };
}
