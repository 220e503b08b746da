import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PLATFORM_NAMESPACE } from './quickstart-app';
import { scratchFolder } from './scratch-folder';
import { admit } from '../../agent/admit';
import { readBundle } from '../../agent/bundle';
import { claim } from '../../agent/claim';
import type { KubeConnection } from '../../agent/kube/kube-client';
import type { HandlerVerdict, InstallPlan, InstallVerdict } from '../../src/installer/install-plan';
import { PLAN_HASH_ANNOTATION } from '../../src/installer/pod-layout';
import { apiCall, ApiBody } from '../cluster/api-call';

/** What would happen to a handler on a node that carried out the plan. */
export type FakeInstall = (plan: InstallPlan) => Pick<HandlerVerdict, 'verdict' | 'step' | 'reason'>;

const LOOK_MS = 200;
const HEARTBEAT_MS = 10_000;
const SLOT_WAIT = { firstMs: 200, longestMs: 1_000 };
const MERGE = 'application/strategic-merge-patch+json';

/**
 * Nodes that are only objects of the API. What a kubelet would do for the installer's Pods on them is done here: `claim`
 * and `admit` are the agent's own, with a token that is bound to the Pod; the installation between them is made up.
 */
export class SimulatedNodes {
  static async join(
    admin: KubeConnection, connect: (token: string) => KubeConnection, names: readonly string[], install: FakeInstall,
  ): Promise<SimulatedNodes> {
    const nodes = new SimulatedNodes(admin, connect, names, install);
    for (const name of names) {
      await nodes.call('POST', '/api/v1/nodes', { body: { metadata: { name, labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } } } });
    }
    await nodes.heartbeat();
    nodes.loops.push(nodes.every(HEARTBEAT_MS, () => nodes.heartbeat()), nodes.every(LOOK_MS, () => nodes.look()));
    return nodes;
  }

  private readonly loops: Promise<void>[] = [];
  private readonly started = new Set<string>();
  private readonly folder = scratchFolder('simulated-nodes');
  private stopped = false;

  private constructor(
    private readonly admin: KubeConnection,
    private readonly connect: (token: string) => KubeConnection,
    private readonly names: readonly string[],
    private readonly install: FakeInstall,
  ) {}

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async every(periodMs: number, run: () => Promise<void>): Promise<void> {
    for (; !this.stopped; await sleep(periodMs)) await run();
  }

  private async heartbeat(): Promise<void> {
    const quantities = { cpu: '4', memory: '8Gi', pods: '110' };
    const condition = { type: 'Ready', status: 'True', reason: 'Simulated', lastHeartbeatTime: new Date().toISOString() };
    const body = { status: { conditions: [condition], capacity: quantities, allocatable: quantities } };
    for (const name of this.names) await this.call('PATCH', `/api/v1/nodes/${name}/status`, { body, contentType: MERGE });
  }

  private async look(): Promise<void> {
    const { items } = await this.call('GET', `/api/v1/namespaces/${PLATFORM_NAMESPACE}/pods`);
    for (const pod of items.filter(({ spec }: any) => this.names.includes(spec.nodeName))) {
      const { uid, deletionTimestamp } = pod.metadata;
      if (deletionTimestamp) {
        await apiCall(this.admin, 'DELETE', podPath(pod), { body: { gracePeriodSeconds: 0, preconditions: { uid } } });
      } else if (!this.started.has(uid)) {
        this.started.add(uid);
        this.loops.push(this.run(pod));
      }
    }
  }

  /** The Pod's containers, one after the other; one that fails is started again, as long as the Pod is there. */
  private async run(pod: any): Promise<void> {
    const token = await this.call('POST', `/api/v1/namespaces/${PLATFORM_NAMESPACE}/serviceaccounts/${pod.spec.serviceAccountName}/token`, {
      body: { spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid }, expirationSeconds: 3600 } },
    });
    const connection = this.connect(token.status.token);
    const [bundle, shared] = ['bundle', 'shared'].map(name => join(this.folder, pod.metadata.uid, name));
    const planHash: string = pod.metadata.annotations[PLAN_HASH_ANNOTATION];
    const env = { PLAN_HASH: planHash, NODE_NAME: pod.spec.nodeName };
    for (; !this.stopped; await sleep(1_000)) {
      try {
        const plan = await this.mount(pod, bundle);
        await claim({ env, bundle, connection, slotWait: SLOT_WAIT });
        await sleep(300 + Math.random() * 700);
        const outcome = this.install(plan);
        const verdict: InstallVerdict = { planHash, handlers: plan.runtimes.map(({ handler }) => ({ handler, ...outcome })) };
        mkdirSync(shared, { recursive: true });
        writeFileSync(join(shared, 'verdict.json'), JSON.stringify(verdict));
        await admit({ env, bundle, shared, connection });
        return await this.report(pod, outcome.verdict === 'ready');
      } catch (error) {
        if ((await apiCall(this.admin, 'GET', podPath(pod))).object?.metadata?.uid !== pod.metadata.uid) return;
        if (this.stopped) return;
        process.stdout.write(`simulated ${pod.spec.nodeName}: ${(error as Error).message}\n`);
      }
    }
  }

  /** What the kubelet mounts of the ConfigMaps. */
  private async mount(pod: any, folder: string): Promise<InstallPlan> {
    const { projected } = pod.spec.volumes.find(({ name }: any) => name === 'bundle');
    for (const { configMap: { name, items } } of projected.sources) {
      const { data } = await this.call('GET', `/api/v1/namespaces/${PLATFORM_NAMESPACE}/configmaps/${name}`);
      for (const { key, path } of items) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), data[key]);
      }
    }
    return readBundle(folder).plan;
  }

  private async report(pod: any, ready: boolean): Promise<void> {
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: new Date().toISOString() }];
    await this.call('PATCH', `${podPath(pod)}/status`, { body: { status: { phase: 'Running', conditions } }, contentType: MERGE });
  }

  private async call(method: string, path: string, options?: ApiBody): Promise<any> {
    const { status, message, object } = await apiCall(this.admin, method, path, options);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${message}`);
    return object;
  }
}

function podPath({ metadata }: any): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}
