import { setTimeout as wait } from 'node:timers/promises';
import { KubeletPlan } from '../../src/installer/install-plan';
import { SystemdManager } from '../systemd/systemd-manager';

/** Which kubelet is restarted, and whether systemd has to read its drop-ins again before. */
export type KubeletRestart = Pick<KubeletPlan, 'unit' | 'kind'>;

const ACTIVE_MS = 30_000;
/** A kubelet that cannot read its configuration ends within a second of its start. */
const SETTLED_MS = 3_000;

/** Restarts a kubelet, whatever container runtime it works with; resolves once it stays up. */
export async function restartKubelet({ unit, kind }: KubeletRestart): Promise<void> {
  const systemd = await SystemdManager.connect();
  try {
    if (kind === 'systemd') await systemd.daemonReload();
    const previousPid = await systemd.mainPid(unit);
    await systemd.resetFailedUnit(unit);
    const job = await systemd.restartUnit(unit);
    await systemd.waitActive(unit, { job, previousPid }, ACTIVE_MS);
    const pid = await systemd.mainPid(unit);
    await wait(SETTLED_MS);
    if (await systemd.mainPid(unit) !== pid) throw new Error(`${unit} started and ended again: look into journalctl -u ${unit}`);
  } finally {
    systemd.close();
  }
}
