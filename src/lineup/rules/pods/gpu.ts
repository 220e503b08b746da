import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> devices: GPUs. */
export const gpu: PodRule = {
  id: CompatibilityRule.GPU,
  about: '`nvidia.com/gpu`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'gVisor works with a list of driver versions only (runsc nvproxy list-supported-drivers), with compute and utility',
      instead: 'compare the driver of the nodes with the list of the release',
      source: 'google/gvisor g3doc/user_guide/gpu.md (rolling version support window)',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'a GPU reaches the virtual machine only by VFIO, with the shims for it',
      instead: 'use KataShim.QEMU_NVIDIA_GPU or leave it out',
      source: 'kata-containers docs/use-cases/NVIDIA-GPU-passthrough-and-Kata.md, docs/threat-model/threat-model.md (VFIO)',
      when: { text: 'unless the shim is made for GPUs', holds: ({ shim }) => !shim?.name.includes('nvidia') },
    },
  ],
  looks: [{ at: 'resource', key: 'nvidia.com/', given: (name) => (name === 'nvidia.com/gpu' ? `it asks for ${name}` : undefined) }],
};
