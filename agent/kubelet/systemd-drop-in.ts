import { KubeletUnit } from './kubelet';
import { KUBEADM_CONFIG_VARIABLE } from '../../src/platform/kubeadm-unit';
import { Refusal } from '../refusal';

const VARIABLE = `$${KUBEADM_CONFIG_VARIABLE}`;
const BRACED = `\${${KUBEADM_CONFIG_VARIABLE}}`;

/** The value that a systemd drop-in of ours gives to the kubelet's variable. */
export function configArgumentsOf(dropIn: string): string | undefined {
  const line = new RegExp(`^Environment="${KUBEADM_CONFIG_VARIABLE}=(.*)"$`, 'm').exec(dropIn);
  return line?.[1].replaceAll('%%', '%');
}

/** The value that a unit has for the kubelet's variable now, without environment files. */
export function configArgumentsNow({ environment }: KubeletUnit): string | undefined {
  return environment.filter((entry) => entry.startsWith(`${KUBEADM_CONFIG_VARIABLE}=`)).at(-1)?.slice(KUBEADM_CONFIG_VARIABLE.length + 1);
}

/**
 * Refuses a drop-in that would do nothing, or take arguments from the kubelet.
 *
 * @param wanted the value that the drop-in gives to the variable
 * @param ours the value that a drop-in of ours gives to it already
 */
export function refuseUselessDropIn(name: string, unit: KubeletUnit, wanted: string, ours: string | undefined): void {
  const instead = 'set configDir of the KubeletSettings to the folder that the kubelet is started with (--config-dir)';
  if (!unit.command.some((word) => word.includes(VARIABLE) || word.includes(BRACED))) {
    throw new Refusal(`${name} does not use ${VARIABLE} (it starts ${unit.command.join(' ')}), so the kubelet would never see the settings: ${instead}, `
      + 'or have the unit use that variable, as kubeadm\'s does');
  }
  if (unit.command.includes(BRACED)) {
    throw new Refusal(`${name} uses ${BRACED}, which gives the kubelet all of it as one argument: write ${VARIABLE} in the unit, or ${instead}`);
  }
  const now = configArgumentsNow(unit);
  if (now === undefined || now === ours) return;
  const lost = words(now).filter((word) => !words(wanted).includes(word) && !word.startsWith('--runtime-request-timeout='));
  if (!lost.length) return;
  throw new Refusal(`${name} has ${KUBEADM_CONFIG_VARIABLE}="${now}", and the drop-in would replace it by "${wanted}", without ${lost.join(' ')}: `
    + `${lost.some((word) => word.startsWith('--config=')) ? 'set configFile of the KubeletSettings to the file that the kubelet is started with, or ' : ''}${instead}`);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
