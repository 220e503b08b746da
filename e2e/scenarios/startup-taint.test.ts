import { setTimeout as sleep } from 'node:timers/promises';
import { App, Chart } from 'cdk8s';
import { admit } from '../../agent/admit';
import type { KubeConnection } from '../../agent/kube/kube-client';
import { GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, ReadinessGate, SandboxedPod } from '../../src';
import { BundleFolder } from '../../test/agent/kube/bundle-folder';
import { apiCall } from '../cluster/api-call';
import { ControlPlane } from '../cluster/control-plane';
import { FencedInstaller } from '../cluster/fenced-installer';
import { Scheduler } from '../cluster/scheduler';

const POOL = { 'karpenter.sh/nodepool': 'sandboxes' };
const LABELS = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', ...POOL };
const OTHER = { key: 'example.com/sandboxes', effect: 'NoSchedule' };

/** The class, a Pod and the taint of an autoscaled pool, as they are synthesized. */
function synthesized(): { runtimeClass: any; pod: any; taint: { key: string; effect: string } } {
  const chart = new Chart(new App(), 'sandbox', { namespace: 'team-a' });
  const installer = new NodeInstaller(chart, 'installer', {
    platform: NodePlatform.EKS_AL2023,
    readiness: ReadinessGate.startupTaint(),
    nodeSelector: POOL,
    tolerations: [{ key: OTHER.key }],
    createNamespace: false,
  });
  const runtime = new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  const resources = { memoryLimit: '64Mi', cpuLimit: '100m' };
  new SandboxedPod(chart, 'web', { runtime, containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29', resources }] });
  const objects: any[] = chart.toJson();
  const one = (kind: string) => objects.find((object) => object.kind === kind);
  const { gate } = JSON.parse((installer.node.findChild('Plan') as any).toJson().data['plan.json']);
  return { runtimeClass: one('RuntimeClass'), pod: one('Pod'), taint: { key: gate.startupTaint, effect: 'NoSchedule' } };
}

const { runtimeClass, pod, taint } = synthesized();
let plane: ControlPlane;
let scheduler: Scheduler;
let installer: FencedInstaller;
let agent: KubeConnection;

const asAdmin = async (method: string, path: string, body?: unknown) => installer.asAdmin(method, path, body);
const PODS = '/api/v1/namespaces/team-a/pods';

/** A node with room that is ready, as its kubelet and the node controller leave it. */
async function createNode(name: string, taints: readonly object[]): Promise<void> {
  await asAdmin('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: LABELS } });
  const room = { 'cpu': '4', 'memory': '8Gi', 'pods': '110', 'ephemeral-storage': '10Gi' };
  const node = await asAdmin('GET', `/api/v1/nodes/${name}`);
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: now, lastTransitionTime: now }];
  const ready = await asAdmin('PUT', `/api/v1/nodes/${name}/status`, { ...node, status: { capacity: room, allocatable: room, conditions } });
  await asAdmin('PUT', `/api/v1/nodes/${name}`, { ...ready, spec: { ...ready.spec, taints } });
}

async function createPod(name: string): Promise<void> {
  await asAdmin('POST', PODS, { ...pod, metadata: { ...pod.metadata, name } });
}

/** Where the Pod is bound, or why it is not. */
async function scheduling(name: string): Promise<{ node?: string; reason?: string }> {
  const { spec, status } = await asAdmin('GET', `${PODS}/${name}`);
  return { node: spec.nodeName, reason: status.conditions?.find(({ type }: any) => type === 'PodScheduled')?.message };
}

async function taintsOf(name: string): Promise<string[]> {
  return ((await asAdmin('GET', `/api/v1/nodes/${name}`)).spec.taints ?? []).map(({ key }: any) => key);
}

beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation();
  plane = await ControlPlane.start();
  scheduler = await Scheduler.start(plane);
  const { props } = FencedInstaller.inNamespace(plane, 'sandbox-system');
  installer = new FencedInstaller(plane, { ...props, handlers: ['runsc'], startupTaint: taint.key });
  await installer.apply();
  await asAdmin('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } });
  await asAdmin('POST', '/api/v1/namespaces/team-a/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  await asAdmin('POST', '/apis/node.k8s.io/v1/runtimeclasses', runtimeClass);
});

afterAll(async () => {
  await scheduler?.stop();
  await plane?.stop();
  jest.restoreAllMocks();
});

test('a waiting Pod fits the node that an autoscaler imagines: the labels and taints of the pool, without the startup taint', async () => {
  await createNode('imagined', [OTHER]);
  await createPod('fits');
  await installer.until(async () => (await scheduling('fits')).node === 'imagined', 'the Pod to be bound');
  await asAdmin('DELETE', '/api/v1/nodes/imagined');
});

describe('on the node that is then made', () => {
  test('it is not bound before the handlers are proven', async () => {
    await createNode('node-a', [OTHER, taint]);
    await createPod('waits');
    await installer.until(async () => (await scheduling('waits')).reason !== undefined, 'the scheduler to look at the Pod');
    await sleep(2_000);
    const { node, reason } = await scheduling('waits');
    expect(node).toBeUndefined();
    expect(reason).toContain('untolerated taint');
    agent = await installer.agentOn('node-a');
    await installer.until(async () => installer.isFenced(agent, 'node-a'), 'the policies to come into force');
  });

  test.each<[string, (spec: any) => object]>([
    ['lift another taint', () => ({ taints: [taint] })],
    ['lift both', () => ({ taints: null })],
    ['add a taint', (spec) => ({ taints: [...spec.taints, { key: 'example.com/mine', effect: 'NoSchedule' }] })],
    ['cordon its node while it lifts the taint', () => ({ taints: [OTHER], unschedulable: true })],
    ['change an effect', (spec) => ({ taints: spec.taints.map((found: any) => ({ ...found, effect: 'NoExecute' })) })],
  ])('the policy does not let the token %s', async (_, change) => {
    const { spec } = await asAdmin('GET', '/api/v1/nodes/node-a');
    const answer = await apiCall(agent, 'PATCH', '/api/v1/nodes/node-a', { body: { spec: change(spec) }, contentType: 'application/merge-patch+json' });
    expect(answer).toMatchObject({ status: 403, deniedBy: 'policy' });
  });

  test('admit lifts the taint and nothing else, and the Pod is bound', async () => {
    const { namespace, slots, nodeLeasePrefix } = installer.props;
    const folder = new BundleFolder({ handlers: ['runsc'], gate: { namespace, slots, nodeLeasePrefix, startupTaint: taint.key } });
    folder.writeVerdict([{ handler: 'runsc', verdict: 'ready' }]);
    await admit({ env: { PLAN_HASH: folder.hash, NODE_NAME: 'node-a' }, bundle: folder.bundle, shared: folder.shared, connection: agent });
    folder.remove();
    expect(await taintsOf('node-a')).toEqual([OTHER.key]);
    await installer.until(async () => (await scheduling('waits')).node === 'node-a', 'the Pod to be bound');
  });
});
