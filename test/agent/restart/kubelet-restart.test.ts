import { join } from 'node:path';
import { restartKubelet } from '../../../agent/restart/kubelet-restart';
import { scratchFolders } from '../scratch-folder';
import { FakeSystemd } from '../systemd/fake-systemd';

const UNIT = 'kubelet.service';
const scratchFolder = scratchFolders();
let socket: string;
let fake: FakeSystemd;

beforeEach(async () => {
  socket = join(scratchFolder(), 'private');
  fake = await FakeSystemd.listen(socket, UNIT);
});

afterEach(() => fake.stop());

function restart(kind: 'systemd' | 'config-dir'): Promise<void> {
  return restartKubelet({ unit: UNIT, kind }, socket, 200);
}

test('systemd reads its drop-ins again before the kubelet is restarted, also one that hit its start limit', async () => {
  fake.startLimitHit = true;
  await restart('systemd');
  expect(fake.calls).toEqual(['Reload', `ResetFailedUnit ${UNIT}`, `RestartUnit ${UNIT} replace`]);
});

test('for a file that the kubelet itself reads systemd need not', async () => {
  await restart('config-dir');
  expect(fake.calls).toEqual([`ResetFailedUnit ${UNIT}`, `RestartUnit ${UNIT} replace`]);
});

test('a kubelet that ends at once is noticed', async () => {
  fake.onRestart = () => fake.become({ ActiveState: 'activating', SubState: 'auto-restart', MainPID: 0, Result: 'exit-code', ExecMainStatus: 1 });
  await expect(restart('config-dir')).rejects.toThrow(`${UNIT} was restarted and ended at once: activating/auto-restart, result exit-code, exit status 1`);
});

test('a kubelet that starts, reads its configuration and ends is noticed, even if systemd has started it again', async () => {
  fake.onRestart = () => {
    fake.become({ ActiveState: 'active', SubState: 'running', MainPID: 101 });
    setTimeout(() => fake.become({ MainPID: 102 }), 100);
  };
  await expect(restart('config-dir')).rejects.toThrow(`${UNIT} started and ended again: look into journalctl -u ${UNIT}`);
});

test('a kubelet that ended before it was looked at again is noticed, also when systemd has given it up by then', async () => {
  fake.onRestart = () => {
    fake.become({ ActiveState: 'active', SubState: 'running', MainPID: 101 });
    // The last of what is read to see that it is active.
    fake.onceRead = (name) => name === 'MainPID' && fake.unit.MainPID === 101 && fake.become({ ActiveState: 'failed', SubState: 'failed', MainPID: 0, Result: 'exit-code', ExecMainStatus: 1 });
  };
  await expect(restart('config-dir')).rejects.toThrow(`${UNIT} started and ended again: look into journalctl -u ${UNIT}`);
});
