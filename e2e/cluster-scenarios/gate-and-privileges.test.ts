import type { KubeConnection } from '../../agent/kube/kube-client';
import { handlerLabel } from '../../src/installer/handler-label';
import { POD_LAYOUT } from '../../src/installer/pod-layout';
import { apiCall, ApiBody } from '../cluster/api-call';
import type { Attempt } from '../cluster/token-attempts';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { Manifest, one } from '../node/installer-run';
import { figure } from '../real-cluster/figures';
import { count } from '../real-cluster/how-often';
import { objectsOf, Quickstart } from '../real-cluster/quickstart';
import { INSTALLER, PLATFORM_NAMESPACE, TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { NODE, RealCluster } from '../real-cluster/real-cluster';
import { GVISOR_RELEASE } from '../toolchain';

/** How many Pods wait for the gate; fewer where there is little memory. */
const PODS = count('CLUSTER_PODS', 50);

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;

beforeAll(async () => {
  release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release], 'dynamic');
  cluster = quickstart.cluster;
});

afterAll(() => cluster?.stop());

test(`${PODS} Pods that were there before the installation wait for the gate, and none of them has a failed sandbox`, async () => {
  const { platform } = quickstart.synthesize(release);
  await quickstart.apply([one(objectsOf(platform), 'RuntimeClass')]);
  const pod = quickstart.sandboxed(release, 'early');
  await quickstart.apply(Array.from({ length: PODS }, (_, index) => ({ ...pod, metadata: { ...pod.metadata, name: `early-${index}`, labels: { early: 'yes' } } })));
  const phases = async (): Promise<string[]> => {
    const { items } = await cluster.kubectl.get('--namespace', TEAM_NAMESPACE, 'pods', '--selector=early');
    return items.map(({ status }: any) => status.phase);
  };
  expect(new Set(await phases())).toEqual(new Set(['Pending']));

  const startedAt = performance.now();
  await quickstart.apply(platform);
  await cluster.kubectl.until('all Pods to run', phases, all => all.length === PODS && all.every(phase => phase === 'Running'), 400_000);
  figure(`${PODS} Pods that waited: from kubectl apply of the installer until all run in gVisor`, performance.now() - startedAt, 'ms');
  expect(await quickstart.podLog('early-0')).toContain('Starting gVisor...');
  expect(await cluster.kubectl.run('get', 'events', '--all-namespaces', '--field-selector=reason=FailedCreatePodSandBox', '--output=name')).toBe('');
});

test('a containerd that needs the libraries of the node was validated with them', async () => {
  expect(cluster.node.systemd.exec('ldd', '/usr/local/bin/containerd')).toContain('libc.so.6');
  expect(await quickstart.log('install')).toMatch(/validate: .*containerd reads only our handlers differently, and its CRI comes up/);
});

test('they are gone when they are deleted, and none is stuck', async () => {
  const startedAt = performance.now();
  await cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'delete', 'pod', '--selector=early', '--timeout=180s');
  figure(`${PODS} Pods in gVisor: deletion`, performance.now() - startedAt, 'ms');
});

describe('with exactly the mounts and privileges of the container install', () => {
  const inside = (command: string) => cluster.kubectl.exec(PLATFORM_NAMESPACE, 'inside', 'sh', '-c', command);

  beforeAll(async () => {
    const { template } = one(objectsOf(quickstart.synthesize(release).platform), 'DaemonSet').spec;
    const { initContainers, volumes, ...spec } = template.spec;
    const install = initContainers.find(({ name }: { name: string }) => name === 'install');
    await quickstart.apply([{
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'inside', namespace: PLATFORM_NAMESPACE, annotations: template.metadata.annotations },
      spec: { ...spec, containers: [{ ...install, command: ['sleep', '2147483647'] }], volumes, terminationGracePeriodSeconds: 1 },
    }]);
    await cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'wait', '--for=condition=Ready', 'pod/inside', '--timeout=60s');
  });

  test.each([
    ['set where the kernel sends its core dumps', 'echo owned >/proc/sys/kernel/core_pattern', /Read-only file system/],
    ['write into the root file system of another Pod', 'echo owned >$(set -- /run/containerd/io.containerd.runtime.v2.task/k8s.io/*/rootfs; echo "$1")/owned', /Read-only file system/],
    ['replace a program of the host', 'echo owned >/host/usr/bin/owned', /Read-only file system/],
    ['write to its own root file system', 'echo owned >/usr/bin/owned', /Read-only file system/],
    ['see the secrets that the kubelet mounts for other Pods', 'cat /var/lib/kubelet/pods/*/volumes/*/*/*', /No such file/],
    ['see a token for the API', 'cat /var/run/secrets/kubernetes.io/serviceaccount/token', /No such file/],
    ['see the host\'s passwords', 'cat /host/etc/shadow /etc/shadow', /No such file/],
  ])('nobody can %s', async (_, command, complaint) => {
    await expect(inside(command)).rejects.toThrow(complaint);
  });

  test('there is no capability and no way to get one', async () => {
    const status = await inside('cat /proc/self/status');
    for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) expect(status).toMatch(new RegExp(`^Cap${set}:\\s0{16}$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s1$/m);
  });

  test('the installer itself is as it was', async () => {
    const { status } = await cluster.kubectl.get('--namespace', PLATFORM_NAMESPACE, 'daemonset', INSTALLER);
    expect(status.numberReady).toBe(1);
  });
});

describe('with the token of the installer on this node', () => {
  const own = `/api/v1/nodes/${NODE}`;
  const other = '/api/v1/nodes/other';
  const inNamespace = `/api/v1/namespaces/${PLATFORM_NAMESPACE}`;
  const merge = (body: object): ApiBody => ({ body, contentType: 'application/merge-patch+json' });
  const label = (key: string, value: string): ApiBody => merge({ metadata: { labels: { [key]: value } } });
  let stolen: KubeConnection;

  beforeAll(async () => {
    await quickstart.apply([{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } }]);
    const { metadata } = await quickstart.installerPod();
    const token = await cluster.kubectl.exec(PLATFORM_NAMESPACE, metadata.name, 'cat', `${POD_LAYOUT.serviceAccount}/token`);
    stolen = (await cluster.controlPlane.tunnel()).connection(token);
  });

  test.each<Attempt>([
    { name: 'read its node', method: 'GET', path: own },
    { name: 'read another node', method: 'GET', path: other },
    { name: 'label its node', method: 'PATCH', path: own, options: label(handlerLabel('runsc'), 'ready') },
  ])('one may $name', async ({ method, path, options }) => {
    expect(await apiCall(stolen, method, path, options)).toMatchObject({ status: 200 });
  });

  test.each<Attempt>([
    { name: 'label another node', method: 'PATCH', path: other, options: label(handlerLabel('runsc'), 'ready') },
    { name: 'give its node any other label', method: 'PATCH', path: own, options: label('example.com/x', 'y') },
    { name: 'give its label another value', method: 'PATCH', path: own, options: label(handlerLabel('runsc'), 'owned') },
    { name: 'annotate its node', method: 'PATCH', path: own, options: merge({ metadata: { annotations: { a: 'b' } } }) },
    { name: 'taint its node', method: 'PATCH', path: own, options: merge({ spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } }) },
  ])('the policy denies it to $name', async ({ method, path, options }) => {
    expect(await apiCall(stolen, method, path, options)).toMatchObject({ status: 403, deniedBy: 'policy' });
  });

  test.each<Attempt>([
    { name: 'delete its node', method: 'DELETE', path: own },
    { name: 'reach the kubelet through the API server', method: 'GET', path: `${own}/proxy/pods` },
    { name: 'read secrets', method: 'GET', path: `${inNamespace}/secrets` },
    { name: 'list Pods', method: 'GET', path: '/api/v1/pods' },
    { name: 'create a Pod', method: 'POST', path: `${inNamespace}/pods`, options: { body: { metadata: { name: 'evil' }, spec: { containers: [] } } } },
    { name: 'change what the installer does', method: 'PATCH', path: `${inNamespace}/configmaps/${INSTALLER}-plan`, options: merge({ data: {} }) },
    { name: 'ask for another token', method: 'POST', path: `${inNamespace}/serviceaccounts/${INSTALLER}/token`, options: { body: { spec: {} } } },
  ])('RBAC denies it to $name', async ({ method, path, options }) => {
    expect(await apiCall(stolen, method, path, options)).toMatchObject({ status: 403, deniedBy: 'rbac' });
  });

  test('one may do nothing any more once its Pod is gone', async () => {
    await quickstart.restart();
    const answers = async () => (await apiCall(stolen, 'GET', own)).status;
    // The API server remembers a good answer for some seconds.
    await cluster.kubectl.until('the token to be refused', answers, status => status === 401, 60_000);
  });

  afterAll(() => cluster.kubectl.run('delete', 'node', 'other'));
});

test('objects whose namespace was rewritten, and whose policy so fences nobody, do nothing', async () => {
  const elsewhere = 'elsewhere';
  const objects = objectsOf(quickstart.synthesize(release).platform);
  const moved = ({ metadata, subjects, ...rest }: Manifest) => ({
    ...rest,
    metadata: { ...metadata, ...(rest.kind === 'Namespace' ? { name: elsewhere } : metadata.namespace && { namespace: elsewhere }) },
    ...(subjects && { subjects: subjects.map((subject: object) => ({ ...subject, namespace: elsewhere })) }),
  });
  const state = async () => ({ label: await quickstart.label(), tree: cluster.node.treeStamp('/etc/containerd') });
  const before = await state();
  await quickstart.apply(objects.map(moved));
  await cluster.kubectl.until('the installer to refuse to use its token', () => cluster.kubectl.run('--namespace', elsewhere, 'describe', 'pods'),
    text => text.includes('the token of this Pod is not fenced'));
  expect(await state()).toEqual(before);
  await cluster.kubectl.run('delete', 'namespace', elsewhere, '--timeout=120s');
  await quickstart.apply(objects);
  await quickstart.rolledOut();
});
