import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { AddressInfo, connect, createServer, Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkNamespace } from './network-namespace';
import { scratchFolder } from './scratch-folder';
import type { KubeConnection } from '../../agent/kube/kube-client';
import { BackgroundProcess } from '../cluster/background-process';

const START_MS = 30_000;

/** Joins what connects to a socket in the file system with an address in the network that it runs in. */
const JOIN = `const { connect, createServer } = require('node:net');
createServer(client => {
  const server = connect(443, '127.0.0.1');
  for (const [from, to] of [[client, server], [server, client]]) from.pipe(to).on('error', () => from.destroy());
}).listen(process.argv[1]);`;

/** Lets the test's own process talk to the API server, which is in a network of its own. */
export class ApiTunnel {
  static async open(network: NetworkNamespace, caFile: string): Promise<ApiTunnel> {
    const folder = scratchFolder('tunnel');
    const socket = join(folder, 'socket');
    const [command, ...args] = network.enter(process.execPath, '--eval', JOIN, socket);
    const helper = new BackgroundProcess(command, args, join(folder, 'log'));
    for (const deadline = Date.now() + START_MS; !existsSync(socket); await sleep(20)) {
      helper.mustRun();
      if (Date.now() > deadline) throw new Error(`the tunnel to the API server was not open within ${START_MS} ms`);
    }
    const server = createServer(client => {
      const far = connect(socket);
      for (const [from, to] of [[client, far], [far, client]]) from.pipe(to).on('error', () => from.destroy());
    });
    // The name that is in the API server's certificate.
    await new Promise<void>(listening => server.listen(0, 'localhost', listening));
    return new ApiTunnel(folder, helper, server, caFile);
  }

  private tokens = 0;

  private constructor(
    private readonly folder: string,
    private readonly helper: BackgroundProcess,
    private readonly server: Server,
    private readonly caFile: string,
  ) {}

  /** How somebody with this token reaches the API server. */
  connection(token: string): KubeConnection {
    const tokenFile = join(this.folder, `token-${this.tokens++}`);
    writeFileSync(tokenFile, token, { mode: 0o600 });
    const { port } = this.server.address() as AddressInfo;
    return { host: 'localhost', port, tokenFile, caFile: this.caFile, backoffMs: 50 };
  }

  async close(): Promise<void> {
    this.server.close();
    await this.helper.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
