import type { KubeConnection } from '../../agent/kube/kube-client';
import { FENCE_VOICE } from '../../src/installer/fence-policy';
import { handlerLabel } from '../../src/installer/handler-label';
import { apiCall, type ApiAnswer } from '../cluster/api-call';
import { ControlPlane } from '../cluster/control-plane';
import { FencedInstaller } from '../cluster/fenced-installer';
import {
  administrator, ALLOWED, APPLY, type Attempt, DENIED_BY_POLICY, DENIED_BY_RBAC, lease, MERGE, NAMESPACE, OWN, ownedBy, RUNSC,
} from '../cluster/token-attempts';

let plane: ControlPlane;
let installer: FencedInstaller;
let agent: KubeConnection;

beforeAll(async () => {
  plane = await ControlPlane.start();
  installer = FencedInstaller.inNamespace(plane, NAMESPACE, 3);
  await installer.apply();
  for (const node of ['own', 'other']) await installer.createNode(node);
  await asItIs('/api/v1/namespaces/attacked/pods/victim', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'victim' },
    spec: { serviceAccountName: 'installer', containers: [{ name: 'c', image: 'x' }] },
  });
  await asItIs('/api/v1/namespaces/attacked/configmaps/installer-plan', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'installer-plan' } });
  agent = await installer.agentOn('own');
  await installer.until(async () => installer.isFenced(agent, 'own'), 'the policies to be in force');
});

afterAll(async () => {
  await plane?.stop();
});

beforeEach(async () => {
  await asItIs(`${installer.leases}/installer-slot-0`, lease('installer-slot-0'));
  await asItIs(`${installer.leases}/installer-slot-1`, lease('installer-slot-1', 'other'));
  await asItIs(`${installer.leases}/installer-slot-2`, lease('installer-slot-2', 'gone'));
  await asItIs(`${installer.leases}/installer-node.other`, lease('installer-node.other', 'hash', ownedBy('other')));
  await asItIs(`${installer.leases}/foreign`, lease('foreign', 'leader'));
  const labels = { [RUNSC]: 'ready', [handlerLabel('runsc-kvm')]: null, [handlerLabel('kata')]: 'ready', 'example.com/team': 'a' };
  await apiCall(plane.admin, 'PATCH', OWN, { body: { metadata: { labels } }, contentType: MERGE });
});

/** Brings an object into the state that the attempts start from. */
async function asItIs(path: string, body: object): Promise<void> {
  const { status, message } = await apiCall(plane.admin, 'PATCH', `${path}?fieldManager=test&force=true`, { body, contentType: APPLY });
  if (status >= 300) throw new Error(message);
}

/** A PUT on a Lease is only looked at with the version that the Lease has. */
async function attempt(as: KubeConnection, { method, path, options = {} }: Attempt): Promise<ApiAnswer> {
  if (method !== 'PUT') return apiCall(as, method, path, options);
  const { object } = await apiCall(plane.admin, 'GET', path);
  const body = options.body as { metadata: object };
  return apiCall(as, method, path, { body: { ...body, metadata: { ...body.metadata, resourceVersion: object.metadata?.resourceVersion } } });
}

const byThePolicy = { deniedBy: 'policy', message: expect.stringContaining(`denied request: ${FENCE_VOICE}`) };

test.each(ALLOWED)('the token of a node may $name', async (allowed) => {
  const { status, message } = await attempt(agent, allowed);
  expect({ status, message }).toEqual({ status: allowed.method === 'POST' ? 201 : 200, message: expect.anything() });
});

test.each(DENIED_BY_POLICY)('the policy denies it to $name', async (denied) => {
  const { status, message, deniedBy } = await attempt(agent, denied);
  expect({ status, message, deniedBy }).toEqual({ status: 403, ...byThePolicy });
});

test.each(DENIED_BY_RBAC)('RBAC denies it to $name', async (denied) => {
  const { status, message, deniedBy } = await attempt(agent, denied);
  expect({ status, message, deniedBy }).toEqual({ status: 403, deniedBy: 'rbac', message: expect.stringContaining('cannot') });
});

test('a status in a patch of its node is dropped by the API server', async () => {
  await attempt(agent, { name: '', method: 'PATCH', path: OWN, options: { body: { status: { capacity: { 'example.com/x': '1' } } }, contentType: MERGE } });
  expect((await installer.asAdmin('GET', OWN)).status.capacity).toBeUndefined();
});

test('NodeRestriction denies it to the kubelet to label its node ready', async () => {
  await installer.createNode('node-a');
  const { deniedBy, message } = await apiCall(plane.kubelet('node-a'), 'PATCH', '/api/v1/nodes/node-a', {
    body: { metadata: { labels: { [RUNSC]: 'ready' } } },
    contentType: MERGE,
  });
  expect({ deniedBy, message }).toEqual({ deniedBy: 'admission', message: expect.stringContaining('is not allowed to modify labels') });
});

test.each([
  { whose: 'a Pod that is on no node', token: async () => installer.agentOn(undefined) },
  { whose: 'no Pod', token: async () => installer.unboundAgent() },
])('the policy denies every write to the token of $whose', async ({ token }) => {
  const connection = await token();
  const writes = ALLOWED.filter(({ method }) => method !== 'GET');
  const answers = await Promise.all(writes.map(async (write) => attempt(connection, write)));
  expect(answers.map(({ deniedBy }) => deniedBy)).toEqual(writes.map(() => 'policy'));
});

describe('with a binding to cluster-admin, by mistake', () => {
  const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';

  beforeAll(async () => {
    await installer.asAdmin('POST', bindings, administrator('too-much'));
    await installer.until(async () => (await apiCall(agent, 'GET', '/api/v1/secrets')).status === 200, 'RBAC to know');
  });

  afterAll(async () => {
    await installer.asAdmin('DELETE', `${bindings}/too-much`);
  });

  test.each([...DENIED_BY_POLICY, ...DENIED_BY_RBAC].filter(({ unfenced }) => !unfenced))('the policy still denies it to $name', async (denied) => {
    const { message, deniedBy } = await attempt(agent, denied);
    expect({ message, deniedBy }).toEqual(byThePolicy);
  });
});

test('the policies refuse nothing to anybody else', async () => {
  for (const name of installer.props.slots) await asItIs(`${installer.leases}/${name}`, lease(name, 'anybody', { annotations: { by: 'an administrator' } }));
  await installer.asAdmin('DELETE', `${installer.leases}/installer-slot-1`);
  await asItIs(OWN, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'own', annotations: { by: 'an administrator' } } });
});

test('the API server does not evaluate the policies for writes in other namespaces', async () => {
  const evaluations = async () => {
    const { message: metrics } = await apiCall(plane.admin, 'GET', '/metrics');
    const counts = metrics.matchAll(/^apiserver_admission_match_condition_evaluation_seconds_count\{.*operation="DELETE".*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const createAndDelete = async (namespace: string) => {
    const path = `/api/v1/namespaces/${namespace}/configmaps/passing`;
    await asItIs(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'passing' } });
    await installer.asAdmin('DELETE', path);
  };
  const before = await evaluations();
  await createAndDelete('default');
  expect(await evaluations()).toBe(before);
  await createAndDelete(NAMESPACE);
  expect(await evaluations()).toBe(before + 1);
});
