import type { NamespacedHost } from './namespaced-host';

/** What Kata needs of a host, and the minor of each. */
const DEVICES = { '/dev/kvm': 232, '/dev/vhost-net': 238, '/dev/vhost-vsock': 241 };

/** Device nodes that nobody opens, for the installer's container: by their path in it, where they lie on the host, where nothing of the machine is touched. */
export function fakedDevices(host: Pick<NamespacedHost, 'exec'>): { readonly [path: string]: string } {
  return Object.fromEntries(Object.entries(DEVICES).map(([path, minor]) => {
    const faked = `/run/faked${path}`;
    host.exec('sh', '-c', 'mkdir -p /run/faked/dev; test -e "$1" || mknod "$1" c 10 "$2"', 'sh', faked, String(minor));
    return [path, faked];
  }));
}

/** The same as the CRI takes them. */
export function fakedCriDevices(host: Pick<NamespacedHost, 'exec'>) {
  return Object.entries(fakedDevices(host)).map(([containerPath, hostPath]) => ({ containerPath, hostPath, permissions: 'r' }));
}
