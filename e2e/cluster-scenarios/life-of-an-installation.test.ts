import { DesiredState } from '../../src';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { containerMemory } from '../real-cluster/container-memory';
import { watchingCri } from '../real-cluster/cri-watch';
import { figure, timed } from '../real-cluster/figures';
import { count, limitFor } from '../real-cluster/how-often';
import { PodIdentity, Quickstart } from '../real-cluster/quickstart';
import { INSTALLER, PLATFORM_NAMESPACE, TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { NODE, RealCluster } from '../real-cluster/real-cluster';
import { GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

const RERUNS = count('CLUSTER_RERUNS', 3);

const CONFIGURATION = '/etc/containerd';
const OURS = ['/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'];

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let next: GVisorArchive;
let configurationBefore: string;
/** The Pod without a RuntimeClass, which has to live through everything. */
let plain: PodIdentity;

beforeAll(async () => {
  [release, next] = [await gvisorArchive(GVISOR_RELEASE), await gvisorArchive(GVISOR_NEXT_RELEASE)];
  quickstart = await Quickstart.inNewCluster([release, next]);
  cluster = quickstart.cluster;
  configurationBefore = cluster.node.treeHash(CONFIGURATION);
  plain = await quickstart.identity('plain');
});

afterAll(() => cluster?.stop());

test('the synthesized YAML, applied by kubectl, installs gVisor and opens the gate', async () => {
  const { platform, team } = quickstart.synthesize(release);
  const gaps = await watchingCri('first installation', cluster.node.socket, async () => {
    const startedAt = performance.now();
    const since = (what: string) => figure(`first installation: from kubectl apply until ${what}`, performance.now() - startedAt, 'ms');
    await quickstart.apply(platform);
    await quickstart.apply(team);
    await quickstart.waitForLabel('ready');
    since('the label is ready');
    await quickstart.running('web');
    since('a Pod that waited for it runs in gVisor');
    await quickstart.rolledOut();
    since('the DaemonSet is ready');
  });
  expect(gaps.length).toBe(1);
  expect(await quickstart.podLog('web')).toContain('Starting gVisor...');
  expect(await quickstart.holder()).toBeUndefined();
  const installer = await quickstart.installerPod();
  expect(await quickstart.holder(`${INSTALLER}-node.${NODE}`)).toBe(installer.metadata.annotations['sandbox-runtimes/plan-hash']);
  figure('first installation: the container install', durationIn(await quickstart.log('install')), 'ms');
  expect(await quickstart.identity('plain')).toEqual(plain);
});

test('a Pod that waited for the gate had no failed sandbox', async () => {
  const events = await cluster.kubectl.run('get', 'events', '--all-namespaces', '--field-selector=reason=FailedCreatePodSandBox', '--output=name');
  expect(events).toBe('');
});

test('kubectl apply finds nothing to change in what it has written: a field in another form than the server\'s would drift for ever', async () => {
  const { platform, team } = quickstart.synthesize(release);
  const said = (await cluster.kubectl.apply(platform) + await cluster.kubectl.apply(team)).trim().split('\n');
  expect(said.length).toBeGreaterThan(10);
  expect(said.filter((line) => !line.endsWith(' unchanged'))).toEqual([]);
});

test('between its runs, admit is a shell that sleeps', async () => {
  const installer = await quickstart.installerPod();
  const container = installer.status.containerStatuses[0].containerID.split('//')[1];
  // The readiness probe runs in the container too, for a moment.
  const { kib } = await cluster.kubectl.until('a look between two probes',
    async () => containerMemory(container), ({ processes }) => processes.join() === 'sh,sleep');
  figure('admit between its runs: resident memory of sh and sleep', kib, 'KiB');
  expect(kib).toBeLessThan(2048);
});

test('a new Pod of the installer writes nothing and restarts nothing', async () => {
  const state = async () => ({
    pid: cluster.node.containerdPid(),
    tree: cluster.node.treeStamp(CONFIGURATION, ...OURS),
    web: await quickstart.identity('web'),
  });
  const before = await state();
  const took: number[] = [];
  for (let rerun = 0; rerun < RERUNS; rerun++) {
    await quickstart.restart();
    const log = await quickstart.log('install');
    took.push(durationIn(log));
    expect(log).not.toMatch(/^(write|restart): /m);
  }
  expect(await state()).toEqual(before);
  figure(`${RERUNS} reruns: the container install, longest`, Math.max(...took), 'ms');
  figure(`${RERUNS} reruns: writes, restarts of containerd`, '0, 0');
  expect(await quickstart.log('claim')).toContain('no rollout slot needed');
}, limitFor(RERUNS));

test('an upgrade leaves running Pods alone, and a container of an old Pod can be restarted', async () => {
  const before = await quickstart.identity('web');
  const gaps = await watchingCri('upgrade', cluster.node.socket, () =>
    timed('upgrade: from kubectl apply until the DaemonSet is ready', () => quickstart.rollOut(next)));
  expect(gaps.length).toBe(1);
  expect(await quickstart.label()).toBe('ready');
  expect(await quickstart.holder()).toBeUndefined();
  expect(await quickstart.identity('web')).toEqual(before);
  expect(await quickstart.identity('plain')).toEqual(plain);

  await quickstart.apply([quickstart.sandboxed(next, 'newer')]);
  await quickstart.running('newer');
  await quickstart.restartContainer('web');
  expect(await quickstart.podLog('web')).toContain('Starting gVisor...');
  expect((await quickstart.identity('web')).uid).toBe(before.uid);
  expect(cluster.node.releasesInUse()).toEqual([GVISOR_RELEASE, GVISOR_NEXT_RELEASE]);
});

test('a downgrade does the same', async () => {
  const [web, newer] = [await quickstart.identity('web'), await quickstart.identity('newer')];
  await watchingCri('downgrade', cluster.node.socket, () => quickstart.rollOut(release));
  expect([await quickstart.identity('web'), await quickstart.identity('newer')]).toEqual([web, newer]);
  await quickstart.restartContainer('newer');
  expect(await quickstart.podLog('newer')).toContain('Starting gVisor...');
  expect(await quickstart.identity('plain')).toEqual(plain);
});

test('after a reboot Pods run again, and the handler is proven again without a write or a restart', async () => {
  await timed('reboot: until all Pods run and the handler is proven', () => quickstart.reboot('web', 'newer', 'plain'));
  expect(await quickstart.label()).toBe('ready');
  const log = await quickstart.log('install');
  expect(log).toMatch(/prove: handler runsc: a pod sandbox ran/);
  expect(log).not.toMatch(/^(write|restart): /m);
  expect(await quickstart.podLog('web')).toContain('Starting gVisor...');
  plain = await quickstart.identity('plain');
});

test('everything is taken back byte for byte, and Pods without a RuntimeClass run on', async () => {
  await cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'delete', 'pod', 'web', 'newer');
  await timed('uninstallation: from kubectl apply until the DaemonSet is ready', async () => {
    await quickstart.apply(quickstart.synthesize(release, DesiredState.ABSENT).platform);
    await quickstart.rolledOut();
  });
  expect(await quickstart.label()).toBeUndefined();
  expect(cluster.node.treeHash(CONFIGURATION)).toBe(configurationBefore);
  expect(await quickstart.identity('plain')).toEqual(plain);
});

test('what was taken back can be deleted, and installed again', async () => {
  await cluster.kubectl.delete(quickstart.synthesize(release, DesiredState.ABSENT).platform);
  expect(await cluster.kubectl.run('get', 'namespaces', '--output=name')).not.toContain(PLATFORM_NAMESPACE);
  await quickstart.rollOut(release);
  expect(await quickstart.label()).toBe('ready');
  await quickstart.apply([quickstart.sandboxed(release, 'again')]);
  await quickstart.running('again');
  expect(await quickstart.identity('plain')).toEqual(plain);
});

/** The milliseconds at the end of the agent's last line. */
function durationIn(log: string): number {
  return Number(/\((\d+) ms\)$/.exec(log.trim())![1]);
}
