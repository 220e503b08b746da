import { setTimeout as sleep } from 'node:timers/promises';
import { DesiredState } from '../../src';
import { handlerLabel } from '../../src/installer/handler-label';
import { archiveOf, GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { watchingCri } from '../real-cluster/cri-watch';
import { figure, timed } from '../real-cluster/figures';
import { objectsOf, PodIdentity, plainPod, Quickstart } from '../real-cluster/quickstart';
import { PLATFORM_NAMESPACE, SLOT, TEAM_NAMESPACE } from '../real-cluster/quickstart-app';
import { isReady, NODE, RealCluster } from '../real-cluster/real-cluster';
import { CONTAINERD_CONFIG, CONTAINERD_UNIT } from '../systemd/containerd-unit';
import { GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

/** Command line of the agent in the container install, and when it is killed, after its start. */
const INSTALL = 'node /sandbox-runtimes/agent.js install';
const KILLS_AFTER_MS = [150, 450, 750];

let cluster: RealCluster;
let quickstart: Quickstart;
let release: GVisorArchive;
let next: GVisorArchive;
let originalConfig: string;
let plain: PodIdentity;

beforeAll(async () => {
  [release, next] = [await gvisorArchive(GVISOR_RELEASE), await gvisorArchive(GVISOR_NEXT_RELEASE)];
  quickstart = await Quickstart.inNewCluster([release, next]);
  cluster = quickstart.cluster;
  originalConfig = cluster.node.systemd.read(CONTAINERD_CONFIG);
  plain = await quickstart.identity('plain');
  const { platform, team } = quickstart.synthesize(release);
  await quickstart.apply(platform);
  await quickstart.apply(team);
  await quickstart.rolledOut();
  await quickstart.running('web');
});

afterAll(() => cluster?.stop());

test('a label that somebody removed is there again after the next look', async () => {
  await cluster.kubectl.run('label', 'node', NODE, `${handlerLabel('runsc')}-`);
  const { metadata } = await quickstart.installerPod();
  await cluster.kubectl.exec(PLATFORM_NAMESPACE, metadata.name, 'node', '/sandbox-runtimes/agent.js', 'admit');
  expect(await quickstart.label()).toBe('ready');
});

test('a configuration that somebody wrote anew is repaired when the installer starts', async () => {
  cluster.node.systemd.write(CONTAINERD_CONFIG, originalConfig);
  cluster.node.systemd.exec('systemctl', 'restart', CONTAINERD_UNIT);
  await timed('repair of a rewritten configuration', () => quickstart.restart());
  expect(await quickstart.label()).toBe('ready');
  expect(await quickstart.log('install')).toMatch(/write: \/etc\/containerd\/config\.toml: changed/);
  await quickstart.apply([quickstart.sandboxed(release, 'repaired')]);
  await quickstart.running('repaired');
});

test('an installer that waits for a slot says for whom, ends when it is told to, and goes on when that node is deleted', async () => {
  await cluster.kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-2' } }));
  const held = JSON.stringify({ spec: { holderIdentity: 'node-2' } });
  await cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'patch', 'lease', SLOT, '--type=merge', '--patch', held);
  await quickstart.apply(quickstart.synthesize(next).platform);
  const waits = () => cluster.kubectl.until('the installer to wait', () => quickstart.log('claim'), log => log.includes(`${SLOT} held by node-2`));
  await waits();
  const { metadata } = await quickstart.installerPod();
  const startedAt = performance.now();
  await timed('deletion of a Pod that waits for a slot', () =>
    cluster.kubectl.run('--namespace', PLATFORM_NAMESPACE, 'delete', 'pod', metadata.name));
  expect(performance.now() - startedAt).toBeLessThan(20_000);

  await waits();
  await cluster.kubectl.run('delete', 'node', 'node-2');
  await timed('slot of a deleted node: until the DaemonSet is ready', () => quickstart.rolledOut());
  expect(await quickstart.holder()).toBeUndefined();
});

test('a node that reboots in the middle of a rollout, before its turn, is proven again as it was', async () => {
  const newConfigMaps = objectsOf(quickstart.synthesize(release).platform).filter(({ kind }) => kind === 'ConfigMap');
  await quickstart.apply(newConfigMaps);
  await quickstart.reboot('web', 'plain');
  plain = await quickstart.identity('plain');
  expect(await quickstart.log('install')).toContain('what was proven here for this Pod is proven again');
  expect(await quickstart.label()).toBe('ready');
  await quickstart.rollOut(release);
  expect(await quickstart.label()).toBe('ready');
});

test('an installer that is killed again and again in the middle of its work is finished by its next run', async () => {
  const web = await quickstart.identity('web');
  await quickstart.apply(quickstart.synthesize(next).platform);
  const lastSteps: string[] = [];
  for (const afterMs of KILLS_AFTER_MS) {
    const pid = await cluster.kubectl.until('the container install to run', async () => cluster.node.processId(INSTALL), found => found !== undefined);
    await sleep(afterMs);
    lastSteps.push([...(await quickstart.log('install')).matchAll(/^(preflight|stage|validate|write|restart|prove|record): /gm)].at(-1)?.[1] ?? 'none yet');
    cluster.node.kill(pid!);
  }
  figure('killed installer: last step in its log, by kill', lastSteps.join(', '));
  await timed('killed installer: from the last kill until the DaemonSet is ready', () => quickstart.rolledOut());
  expect(await quickstart.label()).toBe('ready');
  expect(await quickstart.identity('web')).toEqual(web);
  expect(await quickstart.identity('plain')).toEqual(plain);
  await quickstart.rollOut(release);
});

test('a release whose sandboxes do not start is taken back with no Pod harmed, and the old one serves on', async () => {
  const [before, web] = [cluster.node.treeHash('/etc/containerd'), await quickstart.identity('web')];
  const script = (...lines: string[]) => ({ mode: 0o755, content: ['#!/bin/sh', ...lines, ''].join('\n') });
  const broken = archiveOf('20260908.0', [
    { path: 'runsc', ...script('echo runsc version release-20260908.0') },
    { path: 'containerd-shim-runsc-v1', ...script('echo this shim is broken >&2', 'exit 1') },
  ]);
  cluster.mirror.serve(broken);
  const gaps = await watchingCri('release that does not start', cluster.node.socket, () =>
    timed('release that does not start: from kubectl apply until the label says failed', async () => {
      await quickstart.apply(quickstart.synthesize(broken).platform);
      await quickstart.waitForLabel('failed', 400_000);
    }));
  expect(gaps.length).toBeGreaterThan(1);
  expect(await quickstart.describeInstaller()).toMatch(/Message: +runsc failed at prove: no pod sandbox of handler "runsc" could be started/);
  expect(cluster.node.treeHash('/etc/containerd')).toBe(before);
  expect([await quickstart.identity('web'), await quickstart.identity('plain')]).toEqual([web, plain]);
  await quickstart.restartContainer('web');
  await quickstart.rollOut(release);
});

test('a release whose archive is not what was published fails for good, says why, and takes nothing with it', async () => {
  const [before, web] = [cluster.node.treeHash('/etc/containerd'), await quickstart.identity('web')];
  const bad = { ...next, release: '20260907.0' };
  cluster.mirror.serve(bad, bad.content.subarray(0, -1));
  await timed('bad release: from kubectl apply until the label says failed', async () => {
    await quickstart.apply(quickstart.synthesize(bad).platform);
    await quickstart.waitForLabel('failed', 280_000);
  });
  expect(await quickstart.holder()).toBe(NODE);
  expect(isReady(await quickstart.installerPod())).toBe(false);
  expect(await quickstart.describeInstaller()).toMatch(/Message: +runsc failed at stage: .*sha512 .* check the mirror/);
  expect(cluster.node.treeHash('/etc/containerd')).toBe(before);
  expect(await quickstart.identity('web')).toEqual(web);
  await quickstart.apply([plainPod('after')]);
  await quickstart.running('after');
  expect(await quickstart.identity('plain')).toEqual(plain);
});

test('the good release, applied again, repairs the node and gives the slot back', async () => {
  await timed('repair: from kubectl apply until the DaemonSet is ready', () => quickstart.rollOut(release));
  expect(await quickstart.label()).toBe('ready');
  expect(await quickstart.holder()).toBeUndefined();
});

test('nothing is taken back from under running Pods, which are named; once they are deleted, all is', async () => {
  await quickstart.apply(quickstart.synthesize(release, DesiredState.ABSENT).platform);
  const names = /nothing is taken back while .* handler runsc has 2 Pods \(.*team-a\/web.*\); delete them or drain the node/;
  await cluster.kubectl.until('the reason', () => quickstart.describeInstaller(), text => names.test(text));
  expect(await quickstart.label()).toBeUndefined();
  await quickstart.restartContainer('web');
  await cluster.kubectl.run('--namespace', TEAM_NAMESPACE, 'delete', 'pod', 'web', 'repaired', '--timeout=60s');
  await timed('uninstallation: from the end of the last Pod until the DaemonSet is ready', () => quickstart.rolledOut());
  expect(cluster.node.systemd.read(CONTAINERD_CONFIG)).toBe(originalConfig);
  expect(await quickstart.identity('plain')).toEqual(plain);
});
