import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> devices: custom hardware. */
export const devicePlugin: PodRule = {
  id: CompatibilityRule.DEVICE_PLUGIN,
  about: 'other extended resources',
  gvisor: [
    {
      severity: 'warning',
      reason: 'gVisor has drivers for NVIDIA GPUs, TPUs and RDMA only, and shows no other hardware',
      instead: 'leave it out, or let the Pod run without a sandbox',
      source: 'google/gvisor g3doc/user_guide/compatibility.md (device files for custom hardware)',
    },
  ],
  looks: [{ at: 'resource', key: '', given: (name) => (/^(nvidia\.com\/(gpu|mig-)|google\.com\/tpu|rdma\/)/.test(name) ? undefined : `it asks for ${name}`) }],
};
