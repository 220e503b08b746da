import { basename, join } from 'node:path';
import { Host } from './host';
import { kernelRelease } from './kernel';
import { POD_LAYOUT } from '../../src/installer/pod-layout';

const KVM = '/dev/kvm';

/**
 * Why a device cannot be used on this node and what to do; undefined where it can. It is only looked at: the
 * container has its own /dev, so the kernel's list of devices is read.
 */
export function deviceProblem(host: Host, path: string): string | undefined {
  if (hasDevice(host, path)) return undefined;
  const module = moduleOnDemand(host, path);
  // KVM is two modules, and only the one of the processor, which nobody loads on demand, makes it work.
  if (module !== undefined && path !== KVM) return undefined;
  return `the kernel of this node offers no ${path}: ${path === KVM ? virtualizationAdvice(host) : 'load its module, or use nodes that have it'}`;
}

/** Whether the kernel offers a device now: the host's device node is where `DEVNAME` says. */
function hasDevice(host: Host, path: string): boolean {
  const known = host.read(join('/sys/class/misc', basename(path), 'uevent'))?.toString() ?? '';
  return known.split('\n').includes(`DEVNAME=${deviceName(path)}`) || host.stat(path) !== undefined;
}

/**
 * The module that the kernel loads when somebody opens a device: the host makes the nodes of these devices at boot.
 *
 * @see https://man7.org/linux/man-pages/man8/kmod.8.html
 */
function moduleOnDemand(host: Host, path: string): string | undefined {
  const list = host.read(join(POD_LAYOUT.hostUsr, 'lib/modules', kernelRelease(host), 'modules.devname'))?.toString() ?? '';
  return list.split('\n').map((line) => line.split(' ')).find(([, name]) => name === deviceName(path))?.[0];
}

/** Processors other than x86 do not say in their flags whether they can. */
function virtualizationAdvice(host: Host): string {
  const flags = /^flags\s*:(.*)$/m.exec(host.read('/proc/cpuinfo')?.toString() ?? '')?.[1].split(' ');
  const found = flags?.find((flag) => ['vmx', 'svm'].includes(flag));
  if (found) return `its processor has virtualization (${found}), so load the module ${found === 'vmx' ? 'kvm_intel' : 'kvm_amd'}`;
  if (!flags) return 'use nodes with hardware virtualization';
  return 'its processor shows no virtualization (neither vmx nor svm); turn on nested virtualization where the node is a virtual machine, '
    + 'turn it on in the firmware where it is not, or use nodes that have it';
}

function deviceName(path: string): string {
  return path.replace(/^\/dev\//, '');
}
