import { CompatibilityRule } from '../../compatibility-rule';
import { listAt, textAt, valueAt } from '../../manifest';
import { MOUNT_HINT, mountHintOf } from '../../mount-hints';
import { celText, type PodFacts, type PodRule } from '../../pod-rule';
import { passesOn } from '../../sandbox-facts';

const FORM = '^dev\\.gvisor\\.spec\\.mount\\.[^.]+\\.(share|type|options|directfs|source)$';
const FORM_PATTERN = new RegExp(FORM);

/** Volumes that do not lie in a folder of their own name below the Pod's. */
const ELSEWHERE = ['hostPath', 'persistentVolumeClaim', 'ephemeral'];

/**
 * Pod -> runsc: a hint is for a volume of the Pod, which the shim finds by its name in the folder of the Pod, and has
 * `share` and `type`.
 */
export const mountHint: PodRule = {
  id: CompatibilityRule.MOUNT_HINT,
  about: 'annotations `dev.gvisor.spec.mount.<volume>.*` that do not fit a volume',
  gvisor: [{
    severity: 'error',
    reason: 'the shim finds the volume by its name in the folder of the Pod and needs share and type: without them the Pod does not start, or the hint is dropped',
    instead: 'write dev.gvisor.spec.mount.<volume>.share and .type for a volume that is an emptyDir',
    source: 'google/gvisor pkg/shim/v1/utils/volumes.go, runsc/boot/mount_hints.go',
  }],
  looks: [{
    at: 'annotation',
    key: MOUNT_HINT,
    given: (name: string, pod, sandbox) => (passesOn(sandbox, name) === false ? undefined : problem(name, pod)),
    cel: (it) => {
      const hint = (field: string) => `(${celText(MOUNT_HINT)} + ${it}.split('.')[4] + '.${field}') in variables.annotations`;
      const volume = `v.name == ${it}.split('.')[4] && ${ELSEWHERE.map((source) => `!has(v.${source})`).join(' && ')}`;
      return `(!${it}.matches(${celText(FORM)}) || !variables.volumes.exists(v, ${volume}) || (${hint('share')}) != (${hint('type')}))`;
    },
  }],
};

function problem(name: string, { spec, annotations }: PodFacts): string | undefined {
  if (!FORM_PATTERN.test(name)) {
    return `it has the annotation ${name}, which is not of the form ${MOUNT_HINT}<volume>.<field>`;
  }
  const volume = name.split('.')[4];
  const found = listAt(spec, 'volumes').find((one) => textAt(one, 'name') === volume);
  if (!found || ELSEWHERE.some((source) => valueAt(found, source) !== undefined)) {
    return `it has the annotation ${name}, and ${found ? `"${volume}" is no emptyDir` : `it has no volume "${volume}"`}`;
  }
  const [share, type] = ['share', 'type'].map((field) => mountHintOf(volume, field) in annotations);
  return share === type ? undefined : `it has the annotation ${name} without ${mountHintOf(volume, share ? 'type' : 'share')}`;
}
