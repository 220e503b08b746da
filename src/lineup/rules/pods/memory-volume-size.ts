import { CompatibilityRule } from '../../compatibility-rule';
import { listAt, recordAt, textAt } from '../../manifest';
import { forceSharedOf, mountHintOf } from '../../mount-hints';
import type { PodFacts, PodRule } from '../../pod-rule';
import { isOlder, passesOn, type SandboxFacts } from '../../sandbox-facts';

/** Pod -> volumes: sizes of volumes in memory. Without a hint the volume is a tmpfs of the node, whose size holds. */
export const memoryVolumeSize: PodRule = {
  id: CompatibilityRule.MEMORY_VOLUME_SIZE,
  about: '`emptyDir` with `medium: Memory`, `sizeLimit` and mount hints of type `tmpfs`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'the hint makes it a tmpfs of the sandbox, whose size gVisor enforces since 20261012.0 only; its memory counts for the Pod',
      instead: 'limit the memory of the Pod, or leave the hint out',
      source: 'google/gvisor pkg/shim/v1/utils/volumes.go, release notes of 20261012.0 ("shim: enforce size limits on memory-backed EmptyDir volumes")',
      when: { text: 'with releases before 20261012.0', holds: (sandbox) => isOlder(sandbox, '20261012.0') },
    },
  ],
  looks: [{
    at: 'volume',
    key: 'name',
    given: (name, pod, sandbox) => {
      const { medium, sizeLimit } = recordAt(listAt(pod.spec, 'volumes').find((volume) => textAt(volume, 'name') === name), 'emptyDir');
      return medium === 'Memory' && sizeLimit !== undefined && isTmpfsOfSandbox(name, pod, sandbox)
        ? `sizeLimit of an emptyDir in memory is ${sizeLimit}, and ${mountHintOf(name, 'type')} is tmpfs` : undefined;
    },
  }],
};

function isTmpfsOfSandbox(volume: string, { annotations }: PodFacts, sandbox: SandboxFacts): boolean {
  const told = (annotation: string) => (passesOn(sandbox, annotation) === false ? undefined : annotations[annotation]);
  return told(mountHintOf(volume, 'share')) !== undefined && told(mountHintOf(volume, 'type')) === 'tmpfs' && told(forceSharedOf(volume)) !== 'true';
}
