import { CompatibilityRule } from '../../compatibility-rule';
import { listAt, textAt } from '../../manifest';
import type { PodRule } from '../../pod-rule';

/** Pod -> volumes: whether block devices reach the sandbox. */
export const rawBlockVolume: PodRule = {
  id: CompatibilityRule.RAW_BLOCK_VOLUME,
  about: '`volumeDevices`',
  gvisor: [
    {
      severity: 'error',
      reason: 'gVisor has no block devices, so opening it fails (ENXIO)',
      instead: 'mount the volume as a file system (volumeMode: Filesystem)',
      source: 'google/gvisor g3doc/user_guide/compatibility.md (block device filesystems)',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'this hypervisor cannot be given block devices while it runs',
      instead: 'mount the volume as a file system, or use a runtime with QEMU or Cloud Hypervisor',
      source: 'kata-containers#10873',
      when: { text: 'with Firecracker', holds: ({ shim }) => shim?.hypervisor === 'firecracker' },
    },
  ],
  looks: [{
    at: 'container',
    key: 'volumeDevices',
    given: (devices) => (listAt(devices).length ? `volumeDevices has ${listAt(devices).map((device) => textAt(device, 'name')).join(', ')}` : undefined),
    cel: (it) => `${it}.size() > 0`,
  }],
};
