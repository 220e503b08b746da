import { CompatibilityRule } from '../../compatibility-rule';
import { listAt, textAt } from '../../manifest';
import type { PodRule } from '../../pod-rule';

/** Pod -> volumes: whether runsc may believe that nobody else writes. */
export const sharedVolume: PodRule = {
  id: CompatibilityRule.SHARED_VOLUME,
  about: 'a volume that several containers mount, with `file-access-mounts=exclusive`',
  gvisor: [
    {
      severity: 'error',
      reason: 'the runtime has file-access-mounts=exclusive, so changes by another container are not seen, or lost',
      instead: 'leave fileAccessMounts out, or mount the volume in one container',
      source: 'google/gvisor g3doc/user_guide/filesystem.md (exclusive bind mounts)',
      when: { text: 'where the runtime has file-access-mounts=exclusive', holds: ({ settings }) => settings['file-access-mounts'] === 'exclusive' },
    },
  ],
  looks: [{
    at: 'volume',
    key: 'name',
    given: (name, { spec }) => (
      [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].filter((one) => listAt(one, 'volumeMounts').some((mount) => textAt(mount, 'name') === name)).length > 1
        ? 'several containers mount it' : undefined
    ),
    cel: (it) => `(variables.spec.containers + variables.spec.?initContainers.orValue([])).filter(o, has(o.volumeMounts) && o.volumeMounts.exists(m, m.name == ${it})).size() > 1`,
  }],
};
