import { CompatibilityRule } from '../../compatibility-rule';
import { DEVICE_PATH } from '../../host-paths';
import { celText, type PodRule } from '../../pod-rule';

const DEVICE = new RegExp(DEVICE_PATH);

/** Pod -> host: devices stay outside. */
export const hostDevice: PodRule = {
  id: CompatibilityRule.HOST_DEVICE,
  about: '`hostPath` volumes of device nodes',
  gvisor: [
    {
      severity: 'error',
      reason: 'gVisor opens no device of the host but those that it emulates itself',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'google/gvisor g3doc/user_guide/compatibility.md, CVE-2026-96812',
    },
  ],
  kata: [
    {
      severity: 'error',
      reason: 'a path below /dev is the device of the virtual machine, not of the host, and a block device is plugged into it',
      instead: 'leave it out, or use a PersistentVolumeClaim of volumeMode Block',
      source: 'kata-containers docs/Limitations.md',
    },
  ],
  looks: [{
    at: 'volume',
    key: 'hostPath',
    given: ({ path, type }) => (DEVICE.test(path) || /^(BlockDevice|CharDevice)$/.test(type ?? '') ? `hostPath is ${path}` : undefined),
    cel: (it) => `(${it}.path.matches(${celText(DEVICE_PATH)}) || ${it}.?type.orValue('') in ['BlockDevice', 'CharDevice'])`,
  }],
};
