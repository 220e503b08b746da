import { flagsIn } from './environment-file';
import { Kubelet, KubeletUnit } from './kubelet';
import { REMOVED_KUBELET_FLAGS, RemovedKubeletFlag } from '../../src/platform/removed-kubelet-flags';
import { log } from '../log';
import { Refusal } from '../refusal';

/**
 * Refuses flags of old kubelets: the kubelet that runs may have been started before its program was replaced, and would
 * not come back from a restart. The node's own program says which flags it still has; where it cannot be asked, none.
 *
 * @param files content by path
 */
export async function refuseRemovedFlags(kubelet: Kubelet, unit: KubeletUnit, files: ReadonlyMap<string, string>): Promise<void> {
  const found: string[] = [];
  for (const [path, text] of files) {
    const flags = flagsIn(text);
    for (const removed of REMOVED_KUBELET_FLAGS.filter(({ flag }) => flags.includes(flag))) {
      if (await isGone(kubelet, unit, removed)) found.push(`${path} has ${described(removed)}`);
      else log('preflight', path, `has ${described(removed)}: take it out before the kubelet of this node is updated`);
    }
  }
  if (!found.length) return;
  throw new Refusal(`a kubelet with a flag that it no longer has does not start, and ${found.join('; ')}: `
    + 'take what is named out of the files on this node, then delete the installer\'s Pod there');
}

async function isGone(kubelet: Kubelet, unit: KubeletUnit, { flag }: RemovedKubeletFlag): Promise<boolean> {
  try {
    return (await kubelet.complaint(unit, [`${flag}=1`]))?.startsWith('unknown flag') ?? false;
  } catch {
    return true;
  }
}

function described({ flag, removedIn, today }: RemovedKubeletFlag): string {
  return `${flag}, removed in Kubernetes ${removedIn} (${today})`;
}
