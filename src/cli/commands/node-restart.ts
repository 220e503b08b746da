import { isDeepStrictEqual } from 'node:util';
import { tablePlace, tableTexts } from './node-files';
import { containerRuntimeOf, type InstallPlan, type KubeletPlan } from '../../installer/install-plan';
import type { Installer } from '../../lineup/installer';
import { platformRecords } from '../../platform/records';

const IF_DIFFERENT = 'if its configuration differs there';

/**
 * What is restarted on each node.
 *
 * @param now also where it is to take back all that `old` has, and there is no `after`
 * @param comes whether nodes get it that had nothing of it
 */
export function restart(old: Installer | undefined, after: Installer | undefined, { plan }: Installer, comes: boolean): string {
  if (!plan) {
    return 'unknown: the plan cannot be read';
  }
  const ofTables = isDeepStrictEqual(tablesOf(old), tablesOf(after)) ? undefined : ofContainerRuntime(plan, IF_DIFFERENT);
  const ofKubelet = kubeletRestart(old?.plan?.kubelet, after?.plan?.kubelet, plan, ofTables !== undefined);
  const parts = [ofTables, ofKubelet].filter((part) => part !== undefined);
  const ofNewNodes = comes && !ofTables ? [`on nodes that it selects from now on: ${ofContainerRuntime(plan, IF_DIFFERENT)}`] : [];
  return [...(parts.length ? parts : ['none: the runtime tables stay as they are']), ...ofNewNodes].join('; ');
}

/** What the container runtime is to read, and where. */
function tablesOf(installer: Installer | undefined): unknown {
  const plan = installer?.plan;
  return plan && [tablePlace(plan), tableTexts(installer), plan.platform.kind === undefined && plan.platform.adopts === true];
}

function ofContainerRuntime({ platform }: InstallPlan, why: string): string {
  const runtime = containerRuntimeOf(platform);
  if (runtime === 'docker') {
    return 'none: docker reads its configuration again (SIGHUP)';
  }
  const { restart: { kind } } = platform;
  const how = kind === 'systemd' ? ` (${unitText(platform)})` : kind === 'watched' ? ', by what watches its files' : '';
  return `${runtime} once per node${how}, ${why}; running containers go on`
    // agent/crio-node.ts: SIGHUP only lists the handlers.
    + (runtime === 'crio' ? ', and it waits for Pods whose shims the unit would end (KillMode)' : '');
}

function unitText({ name, restart: given }: InstallPlan['platform']): string {
  const record = platformRecords().find((known) => known.name === name);
  const units = given.kind === 'systemd' ? [given.unit, ...(given.otherUnit === undefined ? [] : [given.otherUnit])].join(' or ') : '';
  const within = record?.kubeletFolder === undefined ? '' : ', and with it the kubelet, which is in the same service';
  return units + within + (record?.restartsControlPlane ? ', on servers as well as the API server and etcd' : '');
}

/** Settings that are left out of a plan stay on the node, and nothing is restarted (docs/node-installation.md). */
function kubeletRestart(old: KubeletPlan | undefined, now: KubeletPlan | undefined, plan: InstallPlan, isRestarted: boolean): string | undefined {
  const planned = now ?? plan.kubelet;
  if (!planned || (old?.file.path === now?.file.path && old?.file.sha256 === now?.file.sha256)) {
    return undefined;
  }
  if (planned.kind !== 'embedded') {
    return `the kubelet once per node (${planned.unit}); Pods run on`;
  }
  return isRestarted ? 'the settings of the kubelet come by the same restart' : ofContainerRuntime(plan, 'for the settings of the kubelet');
}
