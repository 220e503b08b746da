import { deviceProblem } from '../../../agent/host/devices';
import { Host } from '../../../agent/host/host';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

function hostWith(files: { [path: string]: string }): Host {
  const host = new Host(scratch());
  for (const [path, content] of Object.entries({ '/proc/sys/kernel/osrelease': '6.8.0\n', ...files })) {
    host.makeDirectories(path.slice(0, path.lastIndexOf('/')));
    host.write(path, content, 0o644);
  }
  return host;
}

const ON_DEMAND = { '/host/usr/lib/modules/6.8.0/modules.devname': '# Device nodes\nkvm kvm c10:232\ntun net/tun c10:200\nvhost_vsock vhost-vsock c10:241\n' };

test.each(['/dev/kvm', '/dev/net/tun'])('has no problem with %s where the kernel lists it', (device) => {
  expect(deviceProblem(hostWith({ '/sys/class/misc/kvm/uevent': 'DEVNAME=kvm\n', '/sys/class/misc/tun/uevent': 'DEVNAME=net/tun\n' }), device)).toBeUndefined();
});

test.each(['/dev/vhost-vsock', '/dev/net/tun'])('has no problem with %s where the kernel loads its module on demand', (device) => {
  expect(deviceProblem(hostWith(ON_DEMAND), device)).toBeUndefined();
});

test('names a device that another kernel would have, and what to do', () => {
  expect(deviceProblem(hostWith({ '/host/usr/lib/modules/6.9.0/modules.devname': 'vhost_vsock vhost-vsock c10:241\n' }), '/dev/vhost-vsock'))
    .toBe('the kernel of this node offers no /dev/vhost-vsock: load its module, or use nodes that have it');
});

test.each([
  ['flags\t\t: fpu vmx sse', 'its processor has virtualization (vmx), so load the module kvm_intel'],
  ['flags\t\t: fpu svm sse', 'its processor has virtualization (svm), so load the module kvm_amd'],
  ['flags\t\t: fpu sse', 'its processor shows no virtualization (neither vmx nor svm); turn on nested virtualization where the node is a virtual machine, '
    + 'turn it on in the firmware where it is not, or use nodes that have it'],
  ['Features\t: fp asimd', 'use nodes with hardware virtualization'],
])('says of a node without /dev/kvm whose processor has "%s": %s', (cpuinfo, advice) => {
  expect(deviceProblem(hostWith({ ...ON_DEMAND, '/proc/cpuinfo': `processor\t: 0\n${cpuinfo}\n` }), '/dev/kvm')).toBe(`the kernel of this node offers no /dev/kvm: ${advice}`);
});
