import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> volumes: images. */
export const imageVolume: PodRule = {
  id: CompatibilityRule.IMAGE_VOLUME,
  about: '`image` volumes',
  gvisor: [
    {
      severity: 'warning',
      reason: 'volumes that are images have not been seen working in sandboxes',
      instead: 'copy the files by an init container',
      source: 'NVIDIA/OpenShell#2460',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'volumes that are images have not been seen working in sandboxes',
      instead: 'copy the files by an init container',
      source: 'NVIDIA/OpenShell#2460',
    },
  ],
  looks: [{ at: 'volume', key: 'image', given: (value) => `the volume is the image ${value?.reference}` }],
};
