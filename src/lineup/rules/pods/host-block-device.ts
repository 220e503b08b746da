import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> host: disks stay outside. */
export const hostBlockDevice: PodRule = {
  id: CompatibilityRule.HOST_BLOCK_DEVICE,
  about: '`hostPath` volumes of type `BlockDevice`',
  kata: [
    {
      severity: 'error',
      reason: 'the disk of the host is plugged into the virtual machine',
      instead: 'leave it out, or use a PersistentVolumeClaim of volumeMode Block',
      source: 'kata-containers docs/Limitations.md (mounting host block devices)',
    },
  ],
  looks: [{
    at: 'volume',
    key: 'hostPath',
    given: ({ path, type }) => (type === 'BlockDevice' ? `hostPath is the block device ${path}` : undefined),
    cel: (it) => `${it}.?type.orValue('') == 'BlockDevice'`,
  }],
};
