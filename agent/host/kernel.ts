import { basename, join } from 'node:path';
import { Host } from './host';

/** The kernel's release, such as `6.8.0-51-generic`. */
export function kernelRelease(host: Host): string {
  return host.read('/proc/sys/kernel/osrelease')?.toString().trim() ?? '';
}

/** A sysctl's value; undefined where this kernel has none of that name. */
export function sysctl(host: Host, path: string): number | undefined {
  const text = host.read(join('/proc/sys', path))?.toString().trim();
  return text ? Number(text) : undefined;
}

/**
 * Whether the kernel offers a device. The container has its own /dev, so the kernel's list of devices is read: the
 * host's device node is where `DEVNAME` says.
 */
export function hasDevice(host: Host, path: string): boolean {
  const known = host.read(join('/sys/class/misc', basename(path), 'uevent'))?.toString() ?? '';
  return known.split('\n').includes(`DEVNAME=${path.replace(/^\/dev\//, '')}`) || host.stat(path) !== undefined;
}

/** True where a dotted version is at least another one, as far as the other one goes. */
export function atLeast(version: string, minimum: string): boolean {
  const found = numbers(version);
  const index = numbers(minimum).findIndex((part, i) => (found[i] ?? 0) !== part);
  return index < 0 || (found[index] ?? 0) > numbers(minimum)[index];
}

function numbers(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
