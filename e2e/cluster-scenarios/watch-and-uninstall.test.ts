import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, Chart, Duration } from 'cdk8s';
import { AfterDeadline, DesiredState, GVisorRelease, GVisorRuntime, NodeInstaller, type NodeInstallerProps } from '../../src';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { containerMemory } from '../real-cluster/container-memory';
import { figure, timed } from '../real-cluster/figures';
import { PodIdentity, Quickstart } from '../real-cluster/quickstart';
import { PLATFORM_NAMESPACE, TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { isReady, NODE, RealCluster } from '../real-cluster/real-cluster';
import { CONTAINERD_CONFIG, CONTAINERD_UNIT } from '../systemd/containerd-unit';
import { GVISOR_RELEASE } from '../toolchain';

const INTERVAL = Duration.seconds(10);
const DROP_IN = '/etc/containerd/conf.d/sandbox-runtimes.toml';
const RUNSC = `/opt/sandbox-runtimes/gvisor/${GVISOR_RELEASE}/runsc`;
const PODS = ['web', 'first', 'second'];
/** So long the cost of looking is measured. */
const MEASURED_MS = 60_000;

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let originalConfig: string;
let plain: PodIdentity;
let web: PodIdentity;

/** The app's platform part with other props of its installer. */
function platform(props: NodeInstallerProps): string {
  return quickstart.synthesizeBy(({ mirror, image }) => {
    const app = new App();
    const chart = new Chart(app, 'sandbox', { namespace: PLATFORM_NAMESPACE });
    new NodeInstaller(chart, 'node-installer', { artifactMirror: mirror, image, ...props });
    const arch = { x64: 'amd64Sha512', arm64: 'arm64Sha512' }[process.arch as string]!;
    const { release: version, sha512 } = release;
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.of(version, { [arch]: sha512, requiredFiles: [], allowBelowSecurityFloor: true }) });
    return app.synthYaml();
  }, release);
}

const watchLog = async () => {
  const { metadata } = await quickstart.installerPod();
  return cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'logs', metadata.name, '--container', 'watch');
};
const inWatch = async (...command: string[]) => {
  const { metadata } = await quickstart.installerPod();
  return cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'exec', metadata.name, '--container', 'watch', '--', ...command);
};
/** Deletes the installer's Pod, and waits for the next one to be ready. */
const nextInstallerPod = async () => {
  const { metadata } = await quickstart.installerPod();
  await cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'delete', 'pod', metadata.name);
  await cluster.kubectl.until('the next Pod of the installer', () => quickstart.installerPod(), pod => isReady(pod) && pod.metadata.uid !== metadata.uid);
};

beforeAll(async () => {
  release = await gvisorArchive(GVISOR_RELEASE);
  quickstart = await Quickstart.inNewCluster([release]);
  cluster = quickstart.cluster;
  originalConfig = cluster.node.systemd.read(CONTAINERD_CONFIG);
  plain = await quickstart.identity('plain');
  await quickstart.apply(platform({ driftCheckInterval: INTERVAL }));
  await quickstart.rolledOut();
  await quickstart.apply(PODS.map(name => quickstart.sandboxed(release, name)));
  for (const name of PODS) await quickstart.running(name);
  web = await quickstart.identity('web');
});

afterAll(() => cluster?.stop());

test('watch can read what it has to and write to none of it, and has no token and no systemd', async () => {
  const script = (body: string) => inWatch('node', '-e', `const fs = require('fs'); const tried = f => { try { return f(); } catch { return undefined; } }; ${body}`);
  const readable = [DROP_IN, RUNSC, '/var/lib/sandbox-runtimes/record.json'];
  expect(await script(`console.log(${JSON.stringify(readable)}.filter(path => fs.readFileSync(path).length).length)`)).toBe(`${readable.length}\n`);
  const tasks = '/run/containerd/io.containerd.runtime.v2.task/k8s.io';
  const writable = JSON.parse(await script([
    `const rootfs = fs.readdirSync('${tasks}').map(id => '${tasks}/' + id + '/rootfs').filter(path => fs.existsSync(path));`,
    "const folders = ['/etc/containerd', '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes', '/run/containerd', '/host/usr', '/usr', ...rootfs];",
    "const writable = folders.filter(path => tried(() => fs.writeFileSync(path + '/x', '')) === undefined && fs.existsSync(path + '/x'));",
    'console.log(JSON.stringify({ rootfs: rootfs.length > 2, writable }))',
  ].join(' ')));
  expect(writable).toEqual({ rootfs: true, writable: [] });
  expect(await script("console.log(['/var/run/secrets', '/run/systemd', '/etc/kubernetes', '/var/lib/kubelet'].filter(path => fs.existsSync(path)).join())")).toBe('\n');
});

test('watch costs next to nothing', async () => {
  const { status } = await quickstart.installerPod();
  const container = status.containerStatuses.find(({ name }: any) => name === 'watch').containerID.split('//')[1];
  const idle = await cluster.kubectl.until('a look between two looks', async () => containerMemory(container), ({ processes }) => processes.join() === 'sh,sleep');
  figure('watch between its looks: resident memory of sh and sleep', idle.kib, 'KiB');
  expect(idle.kib).toBeLessThan(2048);
  const before = cpuSeconds(container);
  await sleep(MEASURED_MS);
  const looks = MEASURED_MS / INTERVAL.toMilliseconds();
  figure('watch: CPU time of one look', (cpuSeconds(container) - before) / looks * 1000, 'ms');
});

test('a drop-in that somebody removes closes the gate, and opens it when it is back; Pods do not notice', async () => {
  const dropIn = cluster.node.systemd.read(DROP_IN);
  cluster.node.systemd.exec('rm', DROP_IN);
  await timed(`removed drop-in, looked for every ${INTERVAL.toSeconds()} s: until the label says failed`, () => quickstart.waitForLabel('failed'));
  expect(await watchLog()).toMatch(
    /watch: handler runsc: the configuration of containerd was changed: \/etc\/containerd\/conf\.d\/sandbox-runtimes\.toml .*; delete this Pod of the installer, and the next one/);
  await cluster.kubectl.until('the Pod to be not ready', () => quickstart.installerPod(), pod => !isReady(pod));
  cluster.node.systemd.write(DROP_IN, dropIn);
  await timed('drop-in put back: until the label says ready', () => quickstart.waitForLabel('ready'));
  await cluster.kubectl.until('the Pod to be ready', () => quickstart.installerPod(), isReady);
  expect([await quickstart.identity('web'), await quickstart.identity('plain')]).toEqual([web, plain]);
});

test('a containerd that was restarted without our drop-in is noticed although the file is back, and repaired by the next Pod', async () => {
  const dropIn = cluster.node.systemd.read(DROP_IN);
  cluster.node.systemd.exec('sh', '-c', `rm ${DROP_IN}; systemctl restart ${CONTAINERD_UNIT}`);
  cluster.node.systemd.write(DROP_IN, dropIn);
  await quickstart.waitForLabel('failed');
  await cluster.kubectl.until('the reason', watchLog, log => log.includes('containerd has read another configuration since, and does not serve it any more'));
  await timed('containerd restarted without the drop-in: repair by the next Pod', nextInstallerPod);
  expect(await quickstart.label()).toBe('ready');
  expect(await quickstart.log('install')).toMatch(/^restart: containerd: runs again/m);
  await quickstart.restartContainer('web');
  expect(await quickstart.podLog('web')).toContain('Starting gVisor...');
});

test('a runsc with other bytes is noticed, and unpacked again by the next Pod, beside Pods that run from it', async () => {
  const good = cluster.node.treeHash(RUNSC);
  const first = await quickstart.identity('first');
  cluster.node.systemd.exec('sh', '-c', `cp -p ${RUNSC} ${RUNSC}.x; printf x | dd of=${RUNSC}.x bs=1 seek=1000 conv=notrunc 2>/dev/null; mv ${RUNSC}.x ${RUNSC}`);
  await quickstart.waitForLabel('failed');
  expect(await watchLog()).toContain(`${RUNSC} was changed`);
  await timed('changed runsc: repair by the next Pod', nextInstallerPod);
  expect(cluster.node.treeHash(RUNSC)).toBe(good);
  expect(await quickstart.label()).toBe('ready');
  expect(await quickstart.identity('first')).toEqual(first);
  await quickstart.restartContainer('first');
  expect(await quickstart.podLog('first')).toContain('Starting gVisor...');
});

test('an uninstallation with a deadline fails on a node with Pods, names them, keeps the slot and touches nothing', async () => {
  const before = cluster.node.treeHash('/etc/containerd', '/opt/sandbox-runtimes');
  await quickstart.apply(platform({ desiredState: DesiredState.absent({ deadline: Duration.seconds(30) }) }));
  await timed('uninstallation with a deadline of 30 s: until the label says failed', () => quickstart.waitForLabel('failed', 300_000));
  const reason = /Message: +runsc failed at keep: nothing was taken back, because Pods still run after the deadline of 30 s: handler runsc has 3 Pods \(.*team-a\/web.*\)/;
  expect(await quickstart.describeInstaller()).toMatch(reason);
  expect({ ready: isReady(await quickstart.installerPod()), holder: await quickstart.holder() }).toEqual({ ready: false, holder: NODE });
  expect(cluster.node.treeHash('/etc/containerd', '/opt/sandbox-runtimes')).toBe(before);
  await quickstart.restartContainer('second');
});

test('one that goes on by force ends no Pod; they can be deleted, and the next Pod of the installer removes what they ran from', async () => {
  const identities = await Promise.all(PODS.map(name => quickstart.identity(name)));
  await quickstart.apply(platform({ desiredState: DesiredState.absent({ deadline: Duration.seconds(0), afterDeadline: AfterDeadline.FORCE }) }));
  await timed('uninstallation by force: until the DaemonSet is ready', () => quickstart.rolledOut());
  expect(await quickstart.label()).toBeUndefined();
  expect(await quickstart.holder()).toBeUndefined();
  expect(cluster.node.systemd.read(CONTAINERD_CONFIG)).toBe(originalConfig);
  expect(await quickstart.describeInstaller()).toMatch(/runsc was taken back from under 3 Pods \(.*\), which have to be deleted/);
  expect(await Promise.all(PODS.map(name => quickstart.identity(name)))).toEqual(identities);
  expect(await quickstart.identity('plain')).toEqual(plain);

  await timed('3 Pods that lost their handler: until they are deleted', () =>
    cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'delete', 'pod', ...PODS, '--timeout=60s'));
  await nextInstallerPod();
  expect(cluster.node.systemd.exec('find', '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes', '-mindepth', '1').trim()).toBe('/var/lib/sandbox-runtimes/lock');
  expect(await quickstart.identity('plain')).toEqual(plain);
});

/** CPU time of all processes that a container has had. */
function cpuSeconds(containerId: string): number {
  const pid = readdirSync('/proc').filter(name => /^\d+$/.test(name)).find((candidate) => {
    try {
      return readFileSync(`/proc/${candidate}/cgroup`, 'utf8').includes(containerId);
    } catch {
      return false;
    }
  });
  const cgroups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n').map(line => line.split(':'));
  const v1 = cgroups.find(([, controllers]) => controllers.split(',').includes('cpuacct'));
  if (v1) return Number(readFileSync(`/sys/fs/cgroup/cpuacct${v1[2]}/cpuacct.usage`, 'utf8')) / 1e9;
  return Number(/^usage_usec (\d+)/m.exec(readFileSync(`/sys/fs/cgroup${cgroups[0][2]}/cpu.stat`, 'utf8'))![1]) / 1e6;
}
