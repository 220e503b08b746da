import { setTimeout as wait } from 'node:timers/promises';
import { KubeletPlan } from '../../src/installer/install-plan';
import { SYSTEMD_SOCKET, SystemdManager } from '../systemd/systemd-manager';

/** Which kubelet is restarted, and whether systemd has to read its drop-ins again before. */
export type KubeletRestart = Pick<KubeletPlan, 'unit' | 'kind'>;

const ACTIVE_MS = 30_000;
/** A kubelet that cannot read its configuration ends within a second of its start; on a busy node it may take a few. */
const SETTLED_MS = 5_000;

/** Restarts a kubelet, whatever container runtime it works with; resolves once it stays up. */
export async function restartKubelet({ unit, kind }: KubeletRestart, socket = SYSTEMD_SOCKET, settledMs = SETTLED_MS): Promise<void> {
  const systemd = await SystemdManager.connect(socket);
  try {
    if (kind === 'systemd') await systemd.daemonReload();
    const previousPid = await systemd.mainPid(unit);
    await systemd.resetFailedUnit(unit);
    const job = await systemd.restartUnit(unit);
    const pid = await systemd.waitActive(unit, { job, previousPid }, ACTIVE_MS);
    await wait(settledMs);
    if (await systemd.mainPid(unit) !== pid) throw new Error(`${unit} started and ended again: look into journalctl -u ${unit}`);
  } finally {
    systemd.close();
  }
}
