import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> devices: partitions of GPUs. */
export const gpuPartition: PodRule = {
  id: CompatibilityRule.GPU_PARTITION,
  about: '`nvidia.com/mig-*`',
  gvisor: [
    {
      severity: 'error',
      reason: 'gVisor knows no partitions of GPUs (MIG)',
      instead: 'ask for nvidia.com/gpu',
      source: 'google/gvisor g3doc/user_guide/gpu.md (Multi-instance GPUs)',
    },
  ],
  looks: [{ at: 'resource', key: 'nvidia.com/mig-', given: (name) => `it asks for ${name}`, cel: () => 'true' }],
};
