import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';
import { isOlder } from '../../sandbox-facts';

/** Pod -> volumes: sizes of volumes in memory. */
export const memoryVolumeSize: PodRule = {
  id: CompatibilityRule.MEMORY_VOLUME_SIZE,
  about: '`emptyDir` with `medium: Memory` and `sizeLimit`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'where a mount hint makes it a tmpfs of the sandbox, gVisor enforces the size since 20261012.0 only; the memory counts for the Pod',
      instead: 'limit the memory of the Pod',
      source: 'release notes of gVisor 20261012.0',
      when: { text: 'with releases before 20261012.0', holds: (sandbox) => isOlder(sandbox, '20261012.0') },
    },
  ],
  looks: [{
    at: 'volume',
    key: 'emptyDir',
    given: (value) => (value?.medium === 'Memory' && value.sizeLimit !== undefined ? `sizeLimit of an emptyDir in memory is ${value.sizeLimit}` : undefined),
  }],
};
