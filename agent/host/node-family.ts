import { Host } from './host';
import { RestartPlan } from '../../src/installer/install-plan';
import { POD_LAYOUT } from '../../src/installer/pod-layout';
import { NODE_FAMILIES, NodeFamily, OWN_CONTAINERD } from '../../src/platform/node-families';
import { SystemdManager } from '../systemd/systemd-manager';

/** What is asked of systemd. */
export type Units = Pick<SystemdManager, 'loadState' | 'activeState'>;

/** The kinds of node whose marks are found here. A containerd of their own makes those of the operating system immaterial. */
export async function familiesOf(host: Host, units: Units | undefined): Promise<string[]> {
  const found: string[] = [];
  const os = /^ID=["']?([^"'\n]*)/m.exec(host.read(`${POD_LAYOUT.hostUsr}/lib/os-release`)?.toString() ?? '')?.[1] ?? '';
  for (const [name, family] of Object.entries(NODE_FAMILIES)) {
    if (family.os?.includes(os) || (units && await marked(family, units))) found.push(name);
  }
  const own = found.filter((name) => OWN_CONTAINERD.includes(name));
  return own.length ? own : found;
}

/** The same with the systemd of this host, where the platform has to do with it. */
export async function familiesOfHost(host: Host, { kind }: RestartPlan): Promise<string[]> {
  if (kind !== 'systemd') return familiesOf(host, undefined);
  const systemd = await SystemdManager.connect();
  try {
    return await familiesOf(host, systemd);
  } finally {
    systemd.close();
  }
}

async function marked({ running = [], known = [] }: NodeFamily, units: Units): Promise<boolean> {
  for (const unit of known) if (await units.loadState(unit) === 'loaded') return true;
  for (const unit of running) if (['active', 'activating', 'reloading'].includes(await units.activeState(unit))) return true;
  return false;
}
