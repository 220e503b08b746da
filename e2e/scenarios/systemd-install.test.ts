import { SystemdManager } from '../../agent/systemd/systemd-manager';
import { NodeRestart } from '../../src';
import { ArtifactMirror } from '../node/artifact-mirror';
import { archiveOf, GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { runInstall, runInstallUntilVerdict } from '../node/installer-run';
import { synthesizeInstaller, takingBack } from '../node/synthesized-installer';
import { fileEntry } from '../node/tar';
import { TestContainer, TestPod } from '../node/test-pod';
import { CONTAINERD_CONFIG, CONTAINERD_UNIT, ContainerdUnit, GOOD_CONFIG } from '../systemd/containerd-unit';
import { gvisor, GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

const TICKING = ['sh', '-c', 'while :; do echo tick; sleep 0.1; done'];

let mirror: ArtifactMirror;
let release: GVisorArchive;
let node: ContainerdUnit;
let image: string;
let runcContainer: TestContainer;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  release = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(release);
  const nodejs = nodeImage();
  image = nodejs.reference;
  node = await ContainerdUnit.start([pauseImage(), busyboxImage(), nodejs]);
  runcContainer = await busybox(await TestPod.run(node, { name: 'before', handler: '' }), ...TICKING);
});

afterAll(async () => {
  await mirror?.stop();
  await node?.stop();
});

function installer(archive: GVisorArchive) {
  return synthesizeInstaller(mirror, archive, NodeRestart.systemd(CONTAINERD_UNIT));
}

function busybox(pod: TestPod, ...command: string[]): Promise<TestContainer> {
  return pod.start({ name: 'main', image: busyboxImage().reference, command });
}

async function containerdPid(): Promise<number> {
  const systemd = await SystemdManager.connect(node.systemdSocket);
  return systemd.mainPid(CONTAINERD_UNIT).finally(() => systemd.close());
}

test('nothing is written where systemd would end the shims of all Pods with containerd', async () => {
  const dropIn = `/etc/systemd/system/${CONTAINERD_UNIT}.d/kill.conf`;
  const [before, config] = [await containerdPid(), node.read(CONTAINERD_CONFIG)];
  node.write(dropIn, '[Service]\nKillMode=control-group\n');
  node.exec('systemctl', 'daemon-reload');
  const run = await runInstall(node, installer(release), image);
  expect(run.handler('runsc')).toMatchObject({
    verdict: 'failed', step: 'validate', reason: expect.stringMatching(/a restart of containerd would end 2 shims of running Pods with it, as its unit has no KillMode=process/),
  });
  expect(node.read(CONTAINERD_CONFIG)).toBe(config);
  expect(await containerdPid()).toBe(before);
  node.exec('rm', dropIn);
  node.exec('systemctl', 'daemon-reload');
});

test('without capabilities and without the PID namespace of the host the installer restarts containerd by systemd', async () => {
  const before = await containerdPid();
  const run = await runInstall(node, installer(release), image);
  run.requireReady('runsc');
  expect(run.log).toMatch(/restart: .*its CRI is ready/);
  expect(await containerdPid()).not.toBe(before);
});

test('a Pod runs in gVisor where cgroups are left to systemd', async () => {
  const pod = await TestPod.run(node, { name: 'sandboxed', handler: 'runsc' });
  const container = await busybox(pod, 'dmesg');
  expect(await container.exit()).toMatchObject({ exitCode: 0 });
  expect(container.log()).toMatch(/Starting gVisor\.\.\./);
  await pod.remove();
});

test('a second run restarts nothing', async () => {
  const before = await containerdPid();
  (await runInstall(node, installer(release), image)).requireReady('runsc');
  expect(await containerdPid()).toBe(before);
});

test('a release whose sandboxes do not start is taken back, and the old one serves on', async () => {
  const broken = archiveOf(GVISOR_NEXT_RELEASE, [
    fileEntry('runsc', (await gvisor(GVISOR_NEXT_RELEASE)).runsc),
    { path: 'containerd-shim-runsc-v1', mode: 0o755, content: '#!/bin/sh\necho this shim is broken >&2\nexit 1\n' },
  ]);
  mirror.serve(broken);
  const before = node.exec('sh', '-c', 'cat /etc/containerd/config.toml /etc/containerd/conf.d/*');
  const run = await runInstallUntilVerdict(node, installer(broken), image);
  expect(run.handler('runsc')).toMatchObject({ verdict: 'failed', reason: expect.stringContaining('no pod sandbox of handler "runsc" could be started') });
  expect(node.exec('sh', '-c', 'cat /etc/containerd/config.toml /etc/containerd/conf.d/*')).toBe(before);
  await (await TestPod.run(node, { name: 'still', handler: 'runsc' })).remove();
});

test('everything is taken back, and containers that ran before run on', async () => {
  const run = await runInstall(node, takingBack(installer(release)), image);
  expect(run.log).toContain('everything was taken back');
  expect(node.read(CONTAINERD_CONFIG)).toBe(GOOD_CONFIG);
  expect(await runcContainer.status()).toMatchObject({ state: 'running' });
});
