import { join } from 'node:path';
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

/** The node's memory; undefined where the kernel does not say. */
export function memoryBytes(host: Host): number | undefined {
  const kibibytes = /^MemTotal:\s*(\d+) kB$/m.exec(host.read('/proc/meminfo')?.toString() ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
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
