import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';
import { everyNodeHasContainerd } from '../../sandbox-facts';

/** Pod -> volumes: images. */
export const imageVolume: PodRule = {
  id: CompatibilityRule.IMAGE_VOLUME,
  about: '`image` volumes',
  gvisor: [
    {
      severity: 'warning',
      reason: 'it needs containerd 2.1: 1.7 and 2.0 start no container with it, and cri-dockerd has no such volumes',
      instead: 'let the class select only nodes with containerd 2.1 or newer, or copy the files by an init container',
      source: 'containerd/containerd#10579, Mirantis/cri-dockerd#526, e2e/scenarios/gvisor-by-containerd.test.ts',
      when: { text: 'unless all nodes of the class were read from the cluster and have containerd 2.1', holds: (sandbox) => !everyNodeHasContainerd(sandbox, 2, 1) },
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
