import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> volumes: images. */
export const imageVolume: PodRule = {
  id: CompatibilityRule.IMAGE_VOLUME,
  about: '`image` volumes',
  gvisor: [
    {
      severity: 'warning',
      reason: 'it was seen working with containerd 2.2 and 2.3, and containerd 1.7 starts no container with it',
      instead: 'let no node of the class have an older containerd, or copy the files by an init container',
      source: 'kubernetes/enhancements#4639, e2e/scenarios/gvisor-rules.test.ts',
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
