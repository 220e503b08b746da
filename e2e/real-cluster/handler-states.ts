import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { KubeConnection } from '../../agent/kube/kube-client';
import { handlerLabel } from '../../src/installer/handler-label';

/** Follows the label of a handler on all nodes, event by event. */
export class HandlerStates {
  private readonly states = new Map<string, string | undefined>();
  private readonly agent = new Agent();
  private most = 0;

  constructor({ host, port, caFile, tokenFile }: KubeConnection, handler: string) {
    const call = request({
      host,
      port,
      agent: this.agent,
      ca: readFileSync(caFile),
      path: '/api/v1/nodes?watch=1&resourceVersion=0',
      headers: { authorization: `Bearer ${readFileSync(tokenFile, 'utf8')}` },
    }, response => {
      const lines = createInterface({ input: response });
      lines.on('line', line => {
        const { metadata } = JSON.parse(line).object;
        this.states.set(metadata.name, metadata.labels?.[handlerLabel(handler)]);
        this.most = Math.max(this.most, this.nodes('pending').length);
      });
      // It ends by being destroyed, which all of them call an error.
      for (const emitter of [response, lines]) emitter.on('error', () => {});
    });
    call.on('error', () => {});
    call.end();
  }

  /** Names of the nodes in this state, sorted. */
  nodes(state: string): string[] {
    return [...this.states].filter(([, value]) => value === state).map(([name]) => name).sort();
  }

  /** How many were `pending`, and so being installed, at the same time, since this was asked last. */
  mostPending(): number {
    const most = this.most;
    this.most = 0;
    return most;
  }

  stop(): void {
    this.agent.destroy();
  }
}
