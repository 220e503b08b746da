import { join } from 'node:path';
import { SystemdRestart } from '../../../agent/restart/systemd-restart';
import { scratchFolders } from '../scratch-folder';
import { FakeSystemd } from '../systemd/fake-systemd';

const UNIT = 'containerd.service';
const scratchFolder = scratchFolders();
let socket: string;
let fake: FakeSystemd;

beforeEach(async () => {
  socket = join(scratchFolder(), 'private');
  fake = await FakeSystemd.listen(socket);
});

afterEach(() => fake.stop());

test('says what it restarts and how', () => {
  expect(new SystemdRestart(UNIT, socket).description).toBe('containerd.service by systemd');
});

test('knows the command line of the unit', async () => {
  expect(await new SystemdRestart(UNIT, socket).command()).toEqual(['/usr/bin/containerd', '-l', 'info']);
  fake.unit.ExecStart = [];
  expect(await new SystemdRestart(UNIT, socket).command()).toBeUndefined();
});

test('restarts a unit, also one that hit its start limit', async () => {
  fake.startLimitHit = true;
  await new SystemdRestart(UNIT, socket).restart();
  expect(fake.calls).toEqual([`ResetFailedUnit ${UNIT}`, `RestartUnit ${UNIT} replace`]);
  expect(fake.unit.MainPID).toBe(101);
});

test('rejects with what became of a unit that does not come back', async () => {
  fake.onRestart = () => fake.become({ ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', ExecMainStatus: 1 });
  await expect(new SystemdRestart(UNIT, socket).restart()).rejects.toThrow('containerd.service was restarted and ended at once: failed/failed');
});

test('knows which processes a restart would end with the daemon, and that KillMode may spare them', async () => {
  fake.processes = [...fake.processes, ['/system.slice/containerd.service', 120, '/opt/containerd-shim-kata-v2 -id 1']];
  const restart = new SystemdRestart(UNIT, socket);
  expect(await restart.alsoEnded()).toEqual(['/opt/containerd-shim-kata-v2 -id 1']);
  fake.unit.KillMode = 'mixed';
  expect(await restart.alsoEnded()).toHaveLength(1);
  fake.unit.KillMode = 'process';
  expect(await restart.alsoEnded()).toEqual([]);
});

test('a unit that systemd does not know is not restarted', async () => {
  const restart = new SystemdRestart('container-d.service', socket);
  await expect(restart.restart()).rejects.toThrow('systemd has no usable unit container-d.service on this node (LoadState is not-found)');
  await expect(restart.command()).rejects.toThrow('name the unit that runs the container runtime');
  expect(fake.calls).toEqual([]);
});

test('has a unit read its configuration again without a new process', async () => {
  fake.onReload = () => fake.become({ ActiveState: 'active' });
  await new SystemdRestart(UNIT, socket).reload();
  expect(fake.calls).toEqual([`ReloadUnit ${UNIT} replace`]);
  expect(fake.unit).toMatchObject({ MainPID: 100, Job: [0, '/'] });
});

test('rejects with what became of a unit that did not survive it', async () => {
  fake.onReload = () => fake.become({ ActiveState: 'failed', Result: 'exit-code', ExecMainStatus: 2 });
  await expect(new SystemdRestart(UNIT, socket).reload()).rejects.toThrow(`${UNIT} was told to read its configuration again and is failed: result exit-code, exit status 2`);
});

test('rejects where the unit cannot do that, or does not come to an end with it', async () => {
  fake.onReload = () => {};
  await expect(new SystemdRestart(UNIT, socket, { seconds: 0.1 }).reload()).rejects.toThrow('did not read its configuration again within 100 ms');
  fake.cannotReload = true;
  await expect(new SystemdRestart(UNIT, socket).reload()).rejects.toThrow('Job type reload is not applicable');
});

test('restarts the other unit where systemd does not know the first, as on agents of k3s', async () => {
  await new SystemdRestart('server.service', socket, { otherUnit: UNIT }).restart();
  expect(fake.calls).toEqual([`ResetFailedUnit ${UNIT}`, `RestartUnit ${UNIT} replace`]);
  await expect(new SystemdRestart('server.service', socket, { otherUnit: 'agent.service' }).restart())
    .rejects.toThrow('systemd has no usable unit server.service or agent.service on this node');
});

test('has systemd read its units again first, where a drop-in of the unit was written', async () => {
  await new SystemdRestart(UNIT, socket, { daemonReload: true }).restart();
  expect(fake.calls[0]).toMatch(/^Reload/);
  expect(fake.calls.slice(1)).toEqual([`ResetFailedUnit ${UNIT}`, `RestartUnit ${UNIT} replace`]);
});

test('knows the variables of the unit, with all that comes after the first equals sign', async () => {
  fake.unit.Environment = ['CONTAINERD_CONFIG=/usr/share/containerd/config.toml', 'FLAGS=--a=b'];
  expect(await new SystemdRestart(UNIT, socket).environment()).toEqual({ CONTAINERD_CONFIG: '/usr/share/containerd/config.toml', FLAGS: '--a=b' });
});
