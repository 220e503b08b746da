import { CriClient } from '../../agent/cri/cri-client';
import { NAMESPACE_MODE } from '../../agent/cri/cri-messages';
import { waitForCri } from '../../agent/cri/wait-for-cri';
import { proveDefaultRuntime, proveHandler } from '../../agent/prove';
import { SystemdRestart } from '../../agent/restart/systemd-restart';
import { SystemdManager } from '../../agent/systemd/systemd-manager';
import { pauseImage } from '../node/images';
import { CONTAINERD_CONFIG as CONFIG, CONTAINERD_UNIT as UNIT, ContainerdUnit, GOOD_CONFIG } from '../systemd/containerd-unit';

const CRI_MS = 15_000;

let node: ContainerdUnit;
let systemd: SystemdManager;
let restart: SystemdRestart;
let socket: string;

beforeAll(async () => {
  node = await ContainerdUnit.start([pauseImage()]);
  systemd = await SystemdManager.connect(node.systemdSocket);
  restart = new SystemdRestart(UNIT, node.systemdSocket);
  socket = node.socket;
});

afterAll(async () => {
  systemd?.close();
  await node?.stop();
});

test('systemd answers the first call of 60 connections, one after the other', async () => {
  for (let i = 0; i < 60; i++) {
    const startedAt = performance.now();
    const connection = await SystemdManager.connect(node.systemdSocket, 5_000);
    expect(await connection.activeState(UNIT)).toBe('active');
    connection.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  }
});

test('systemd tells how a unit is started, and that another one does not exist', async () => {
  expect(await restart.command()).toEqual(['/usr/local/bin/containerd', '--config', CONFIG]);
  expect(await systemd.execStart(UNIT)).toMatchObject([{ path: '/usr/local/bin/containerd' }]);
  expect(await systemd.environment(UNIT)).toEqual(['CONTAINERD_LOG=info']);
  expect(await systemd.environmentFiles(UNIT)).toEqual([{ path: '/etc/default/containerd', optional: true }]);
  expect(await systemd.loadState(UNIT)).toBe('loaded');
  await expect(new SystemdRestart('docker.service', node.systemdSocket).restart()).rejects.toThrow('LoadState is not-found');
});

test('a restart gives a new main PID and a CRI that is ready again, and sandboxes live on', async () => {
  const cri = new CriClient(socket);
  const id = await cri.runPodSandbox({
    metadata: { name: 'web', namespace: 'team', uid: 'u1' },
    linux: { cgroupParent: 'system.slice', securityContext: { namespaceOptions: { network: NAMESPACE_MODE.NODE } } },
  }, 'runc');
  const previousPid = await systemd.mainPid(UNIT);

  await restart.restart();
  const status = await waitForCri(socket, CRI_MS);

  expect(await systemd.mainPid(UNIT)).not.toBe(previousPid);
  expect(status.handlers).toContain('runc');
  expect(await cri.podSandboxStatus(id)).toMatchObject({ state: 'READY' });
  await cri.stopPodSandbox(id);
  await cri.removePodSandbox(id);
  cri.close();
});

test('handlers are proven where cgroups are left to systemd', async () => {
  const cri = new CriClient(socket);
  const withoutSlice = { metadata: { name: 'web', namespace: 'team', uid: 'u2' }, linux: { securityContext: { namespaceOptions: { network: NAMESPACE_MODE.NODE } } } };
  await expect(cri.runPodSandbox(withoutSlice, 'runc')).rejects.toThrow('slice:prefix:name');
  cri.close();

  const timings = [await proveDefaultRuntime(socket), await proveHandler(socket, 'runc')];
  for (const { run, stop, remove } of timings) expect(run + stop + remove).toBeLessThan(2_000);
});

test('a containerd that does not start is noticed at once, and the restored configuration brings it back', async () => {
  node.write(CONFIG, 'version = 3\n[plugins\n');
  const startedAt = performance.now();
  await expect(restart.restart()).rejects.toThrow(/containerd.service was restarted and ended at once: .*result exit-code, exit status 1/);
  expect(performance.now() - startedAt).toBeLessThan(10_000);

  node.write(CONFIG, GOOD_CONFIG);
  await restart.restart();
  await waitForCri(socket, CRI_MS);
});

test('a containerd without CRI is active for systemd, but not taken for ready', async () => {
  node.write(CONFIG, GOOD_CONFIG.replace("default_runtime_name = 'runc'", "default_runtime_name = 'missing'"));
  await restart.restart();
  expect(await systemd.activeState(UNIT)).toBe('active');
  await expect(waitForCri(socket, 2_000)).rejects.toThrow('unknown service runtime.v1.RuntimeService');

  node.write(CONFIG, GOOD_CONFIG);
  await restart.restart();
  await waitForCri(socket, CRI_MS);
});

test('a unit that hit its start limit is restarted once its files are good again', async () => {
  node.write(`/etc/systemd/system/${UNIT}.d/fast.conf`, '[Service]\nRestartSec=10ms\n');
  await systemd.daemonReload();
  node.write(CONFIG, 'version = 3\n[plugins\n');
  await expect(restart.restart()).rejects.toThrow('was restarted and ended at once');
  while (await systemd.activeState(UNIT) !== 'failed') await new Promise((resolve) => setTimeout(resolve, 50));

  node.write(CONFIG, GOOD_CONFIG);
  const job = await systemd.restartUnit(UNIT);
  await expect(systemd.waitActive(UNIT, { job, previousPid: 0 }, 5_000)).rejects.toThrow('failed');
  await restart.restart();
  await waitForCri(socket, CRI_MS);
});
