import { HttpsServer, type HttpsAnswer, type HttpsRequest } from './https-server';
import type { KubeConnection } from '../../../agent/kube/kube-client';
import { FENCE_VOICE } from '../../../src/installer/fence-policy';
import { HANDLER_LABEL_PREFIX } from '../../../src/installer/handler-label';
import type { GatePlan } from '../../../src/installer/install-plan';

export const GATE: GatePlan = { namespace: 'sandbox-system', slots: ['slot-0'], nodeLeasePrefix: 'node.' };

const NODES = '/api/v1/nodes/';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/sandbox-system/leases';

interface Stored {
  metadata: { name: string; uid: string; resourceVersion: string; labels: Record<string, string>; ownerReferences?: object[] };
  spec: { holderIdentity?: string; taints?: { key: string }[] };
}

/**
 * As much of the API server as claim and admit see: nodes, Leases, server-side apply, optimistic concurrency, and
 * dry runs that a policy refuses. What the real one does is in the scenarios of the end-to-end tests.
 */
export class FakeApiServer {
  /** Whether the admission policies are there. */
  public fenced = true;
  /** Every write that was not a dry run: method and name. */
  public readonly writes: string[] = [];
  /** Called before a write is looked at: somebody else who is faster, or an answer instead. */
  public beforeWrite?: (method: string) => HttpsAnswer | void;

  private readonly objects = new Map<string, Stored>();
  private readonly applied = new Map<string, string[]>();
  private version = 0;

  private server!: HttpsServer;

  public get connection(): KubeConnection {
    return this.server.connection;
  }

  public async start(): Promise<void> {
    this.server = await HttpsServer.start((request) => this.respond(request));
  }

  public async stop(): Promise<void> {
    await this.server.stop();
  }

  public addNode(name: string, labels: Record<string, string> = {}): void {
    this.store(NODES + name, { metadata: { name, labels } });
  }

  /** Gives a node these taints and no others. */
  public taint(name: string, keys: readonly string[]): void {
    const node = this.objects.get(NODES + name)!;
    this.store(NODES + name, { ...node, spec: { taints: keys.map((key) => ({ key, effect: 'NoSchedule' })) } });
  }

  public taints(name: string): string[] {
    return (this.objects.get(NODES + name)!.spec?.taints ?? []).map(({ key }: { key: string }) => key);
  }

  public removeNode(name: string): void {
    this.objects.delete(NODES + name);
  }

  public labels(node: string): Record<string, string> {
    return this.objects.get(NODES + node)!.metadata.labels;
  }

  public addLease(name: string, holderIdentity?: string, owner?: string): void {
    const ownerReferences = owner === undefined ? undefined : [{ uid: this.objects.get(NODES + owner)?.metadata.uid ?? 'former' }];
    this.store(`${LEASES}/${name}`, { metadata: { name, ownerReferences }, spec: { holderIdentity } });
  }

  public holder(lease: string): string | undefined {
    return this.objects.get(`${LEASES}/${lease}`)?.spec.holderIdentity;
  }

  private respond({ method, path, query, body }: HttpsRequest): HttpsAnswer {
    // Like the real one, it takes no notice of the query of a DELETE with a body.
    const dryRun = method === 'DELETE' ? body.dryRun?.[0] === 'All' : query.get('dryRun') === 'All';
    if (method === 'GET') return this.objects.has(path) ? ok(this.objects.get(path)) : failure(404, `${path} not found`);
    if (this.fenced && (dryRun || !this.fenceAllows(method, path, body))) {
      return failure(403, `${path} is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: ${FENCE_VOICE} may not`);
    }
    if (dryRun) return ok(body);
    const name = method === 'POST' ? body.metadata.name : path.split('/').pop()!;
    const instead = this.beforeWrite?.(method);
    if (instead) return instead;
    this.writes.push(`${method} ${name}`);
    switch (method) {
      case 'PATCH': return query.has('fieldManager') ? this.apply(path, query.get('fieldManager')!, body) : this.merge(path, body);
      case 'POST': return this.objects.has(`${path}/${name}`) ? failure(409, `${name} already exists`) : ok(this.store(`${path}/${name}`, body));
      case 'PUT': return this.changed(path, body.metadata.resourceVersion) ?? ok(this.store(path, body));
      case 'DELETE': {
        const refused = this.changed(path, body.preconditions.resourceVersion);
        if (!refused) this.objects.delete(path);
        return refused ?? ok({ kind: 'Status' });
      }
      default: return failure(405, 'not here');
    }
  }

  private fenceAllows(method: string, path: string, body: Stored): boolean {
    if (method === 'PATCH' && body.spec) return path.startsWith(NODES);
    return method !== 'PATCH' || Object.keys(body.metadata.labels ?? {}).every((key) => key.startsWith(HANDLER_LABEL_PREFIX) && path.startsWith(NODES));
  }

  private apply(path: string, manager: string, { metadata }: Stored): HttpsAnswer {
    const stored = this.objects.get(path);
    if (!stored) return failure(403, 'User "agent" cannot create resource "nodes"');
    const labels = { ...stored.metadata.labels };
    for (const key of this.applied.get(manager) ?? []) delete labels[key];
    this.applied.set(manager, Object.keys(metadata.labels));
    return ok(this.store(path, { ...stored, metadata: { ...stored.metadata, labels: { ...labels, ...metadata.labels } } }));
  }

  /** A merge patch of the spec. */
  private merge(path: string, { metadata, spec }: Stored): HttpsAnswer {
    const stored = this.objects.get(path)!;
    return this.changed(path, metadata.resourceVersion) ?? ok(this.store(path, { ...stored, spec: { ...stored.spec, ...spec } }));
  }

  private changed(path: string, resourceVersion: string): HttpsAnswer | undefined {
    const stored = this.objects.get(path);
    if (!stored) return failure(404, `${path} not found`);
    return stored.metadata.resourceVersion === resourceVersion ? undefined : failure(409, 'the object has been modified');
  }

  private store(path: string, object: { metadata: Partial<Stored['metadata']> & { name: string }; spec?: Stored['spec'] }): Stored {
    const resourceVersion = `${++this.version}`;
    const uid = this.objects.get(path)?.metadata.uid ?? `uid-${resourceVersion}`;
    const stored = { spec: {}, ...object, metadata: { labels: {}, ...object.metadata, uid, resourceVersion } };
    this.objects.set(path, stored);
    return stored;
  }
}

function ok(body: unknown): HttpsAnswer {
  return { status: 200, body };
}

function failure(status: number, message: string): HttpsAnswer {
  return { status, body: { kind: 'Status', message } };
}
