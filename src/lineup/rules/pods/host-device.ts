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
      source: 'google/gvisor runsc/config/flags.go (character-device-policy), CVE-2026-96812',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'a path below /dev is the device of the virtual machine, not the one of the host',
      instead: 'leave it out if the host is meant',
      source: 'kata-containers docs/Limitations.md (mounting guest devices)',
    },
  ],
  looks: [{
    at: 'volume',
    key: 'hostPath',
    given: ({ path, type }, _, { kind }) => (
      type === 'BlockDevice' && kind === 'kata' ? undefined
        : DEVICE.test(path) || /^(BlockDevice|CharDevice)$/.test(type ?? '') ? `hostPath is ${path}` : undefined
    ),
    cel: (it) => `(${it}.path.matches(${celText(DEVICE_PATH)}) || ${it}.?type.orValue('') in ['BlockDevice', 'CharDevice'])`,
  }],
};
