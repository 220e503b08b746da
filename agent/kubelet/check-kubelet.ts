import { flagsIn, sets } from './environment-file';
import { Kubelet, KubeletUnit } from './kubelet';
import { refuseRemovedFlags } from './removed-flags';
import { configArgumentsOf, refuseUselessDropIn } from './systemd-drop-in';
import { KubeletPlan } from '../../src/installer/install-plan';
import { KUBEADM_CONFIG_VARIABLE } from '../../src/platform/kubeadm-unit';
import { Host } from '../host/host';
import { log } from '../log';
import { Refusal } from '../refusal';

/** Looks whether the kubelet would take settings, and come back from a restart, before anything is written. */
export async function checkKubelet(host: Host, kubelet: Kubelet, plan: KubeletPlan, content: string): Promise<void> {
  const unit = await kubelet.unit(plan.unit);
  if (unit.loadState !== 'loaded') {
    throw new Refusal(`systemd has no usable unit ${plan.unit} on this node (LoadState is ${unit.loadState}): set unit of the KubeletSettings to the one that runs the kubelet`);
  }
  const files = environmentFiles(host, plan);
  await refuseRemovedFlags(kubelet, unit, files);
  if (plan.kind === 'systemd') {
    refuseOverridden(files);
    const wanted = configArgumentsOf(content);
    if (wanted === undefined) throw new Error(`the kubelet's drop-in ${plan.file.path} does not set ${KUBEADM_CONFIG_VARIABLE}: apply all objects of the installer together`);
    const before = host.read(plan.file.path)?.toString();
    refuseUselessDropIn(plan.unit, unit, wanted, before && configArgumentsOf(before));
  }
  report(plan, unit, files);
}

function environmentFiles(host: Host, { environmentFiles: paths = [] }: KubeletPlan): Map<string, string> {
  return new Map(paths.map((path) => {
    const content = host.read(path);
    if (!content) throw new Refusal(`${path} is among the environmentFiles of the KubeletSettings and is not on this node: leave it out, or name the file that the kubelet's unit reads`);
    return [path, content.toString()];
  }));
}

/** An environment file wins over what a drop-in sets. */
function refuseOverridden(files: ReadonlyMap<string, string>): void {
  const setting = [...files].find(([, text]) => sets(text, KUBEADM_CONFIG_VARIABLE));
  if (!setting) return;
  throw new Refusal(`${setting[0]} sets ${KUBEADM_CONFIG_VARIABLE} and wins over any drop-in, so the kubelet would never see the settings: `
    + 'take it out of the file, or set configDir of the KubeletSettings');
}

/** What may keep the settings from having an effect, and cannot be known for sure. */
function report(plan: KubeletPlan, { command, environment }: KubeletUnit, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    if (flagsIn(text).includes('--runtime-request-timeout')) log('preflight', path, 'has --runtime-request-timeout, which wins over the settings: take it out there');
  }
  const folder = plan.file.path.slice(0, plan.file.path.lastIndexOf('/'));
  const texts = [...command, ...environment, ...files.values()].join(' ');
  if (plan.kind === 'config-dir' && !texts.includes(`--config-dir=${folder}`) && !texts.includes(`--config-dir ${folder}`)) {
    log('preflight', plan.unit, `nothing that can be seen starts the kubelet with --config-dir=${folder}: unless another environment file does, the settings have no effect`);
  }
}
