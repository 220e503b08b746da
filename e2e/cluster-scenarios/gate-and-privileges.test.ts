import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { one } from '../node/installer-run';
import { figure } from '../real-cluster/figures';
import { count } from '../real-cluster/how-often';
import { objectsOf, Quickstart } from '../real-cluster/quickstart';
import { INSTALLER, PLATFORM_NAMESPACE, TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { RealCluster } from '../real-cluster/real-cluster';
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
