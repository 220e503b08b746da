import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SystemdManager } from '../../../agent/systemd/systemd-manager';
import { scratchFolders } from '../scratch-folder';
import { DBusFailure } from './fake-dbus-server';
import { FakeSystemd } from './fake-systemd';

const UNIT = 'containerd.service';
const scratchFolder = scratchFolders();
let fake: FakeSystemd;
let systemd: SystemdManager;
let socket: string;

beforeEach(async () => {
  socket = join(scratchFolder(), 'private');
  fake = await FakeSystemd.listen(socket);
  systemd = await SystemdManager.connect(socket);
});

afterEach(async () => {
  systemd.close();
  await fake.stop();
});

test('reads how a unit is loaded, runs and is started', async () => {
  fake.unit.Environment = ['HTTPS_PROXY=http://proxy', 'A=b c'];
  fake.unit.EnvironmentFiles = [['/etc/default/containerd', true], ['/etc/containerd/env', false]];
  expect(await systemd.loadState(UNIT)).toBe('loaded');
  expect(await systemd.loadState('other.service')).toBe('not-found');
  expect(await systemd.activeState(UNIT)).toBe('active');
  expect(await systemd.mainPid(UNIT)).toBe(100);
  expect(await systemd.execStart(UNIT)).toEqual([{ path: '/usr/bin/containerd', argv: ['/usr/bin/containerd', '-l', 'info'] }]);
  expect(await systemd.environment(UNIT)).toEqual(['HTTPS_PROXY=http://proxy', 'A=b c']);
  expect(await systemd.environmentFiles(UNIT)).toEqual([
    { path: '/etc/default/containerd', optional: true }, { path: '/etc/containerd/env', optional: false },
  ]);
});

test('asks for reload, reset and restart', async () => {
  await systemd.daemonReload();
  await systemd.resetFailedUnit(UNIT);
  expect(await systemd.restartUnit(UNIT)).toBe('/org/freedesktop/systemd1/job/77');
  expect(fake.calls).toEqual(['Reload', `ResetFailedUnit ${UNIT}`, `RestartUnit ${UNIT} replace`]);
});

test('a stopped unit that systemd has dropped has no failure to reset', async () => {
  fake.dropped = true;
  await systemd.resetFailedUnit(UNIT);
});

test('no other failure to reset is passed over', async () => {
  fake.server.method = () => { throw new DBusFailure('org.freedesktop.DBus.Error.AccessDenied', 'Permission denied'); };
  await expect(systemd.resetFailedUnit(UNIT)).rejects.toThrow('Permission denied');
});

async function restart(timeoutMs = 2_000): Promise<void> {
  const previousPid = await systemd.mainPid(UNIT);
  const job = await systemd.restartUnit(UNIT);
  await systemd.waitActive(UNIT, { job, previousPid }, timeoutMs);
}

test('a restarted unit is waited for until it is active with a new process', async () => {
  fake.onRestart = () => {
    fake.become({ ActiveState: 'activating', SubState: 'start', MainPID: 101 });
    setTimeout(() => fake.become({ ActiveState: 'active', SubState: 'running' }), 60);
  };
  await restart();
  expect(fake.unit).toMatchObject({ ActiveState: 'active', MainPID: 101 });
});

test('a unit whose job ends while its state is being read is not taken for one that ended', async () => {
  fake.onRestart = () => {
    fake.become({ ActiveState: 'inactive', SubState: 'dead', MainPID: 0, Job: fake.unit.Job });
    fake.onceRead = (name) => name === 'MainPID' && fake.unit.MainPID === 0 && fake.become({ ActiveState: 'active', SubState: 'running', MainPID: 101 });
  };
  await restart();
  expect(fake.unit).toMatchObject({ ActiveState: 'active', MainPID: 101 });
});

test('the old process that is still active is not taken for the new one', async () => {
  fake.onRestart = () => {};
  await expect(restart(100)).rejects.toThrow(`${UNIT} was not active with a new process within 100 ms: active/running, main PID 100`);
});

test.each([
  ['failed', { ActiveState: 'failed', SubState: 'failed' }],
  ['ended without an error', { ActiveState: 'inactive', SubState: 'dead' }],
  ['waits to be started again after it crashed', { ActiveState: 'activating', SubState: 'auto-restart' }],
])('a unit that %s is not waited for any longer', async (_, state) => {
  fake.onRestart = () => fake.become({ ...state, MainPID: 0, Result: 'exit-code', ExecMainStatus: 1 });
  const startedAt = performance.now();
  await expect(restart(5_000)).rejects.toThrow(
    `${UNIT} was restarted and ended at once: ${state.ActiveState}/${state.SubState}, result exit-code, exit status 1`);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test('that the unit had failed before does not count while the restart is queued', async () => {
  fake.become({ ActiveState: 'failed', SubState: 'failed', MainPID: 0 });
  fake.onRestart = () => setTimeout(() => fake.become({ ActiveState: 'active', SubState: 'running', MainPID: 5 }), 100);
  await restart();
});

test('a host without systemd is said to be one', async () => {
  await expect(SystemdManager.connect(`${socket}-not`)).rejects.toThrow(
    `cannot talk to systemd: ${socket}-not: connect ENOENT ${socket}-not; the host does not run systemd, or the folder of the socket is not mounted`);
});

test('a socket that was mounted as a file, and is dead since systemd made a new one, is explained', async () => {
  writeFileSync(`${socket}-dead`, '');
  await expect(SystemdManager.connect(`${socket}-dead`)).rejects.toThrow('mount the folder of the socket, never the socket itself');
});

test('a denied connection comes with what to set on the installer', async () => {
  chmodSync(socket, 0);
  const user = process.geteuid!();
  if (user === 0) process.seteuid!(65534);
  try {
    await expect(SystemdManager.connect(socket)).rejects.toThrow(/connect EACCES .*; a security module of the node denies it: set seLinuxOptions/);
  } finally {
    process.seteuid!(user);
  }
});
