import { INTERNAL } from '../../../runtime/pod-annotations';
import { CompatibilityRule } from '../../compatibility-rule';
import type { PodRule } from '../../pod-rule';

/** Pod -> shim: what only the shim may say. */
export const internalAnnotation: PodRule = {
  id: CompatibilityRule.INTERNAL_ANNOTATION,
  about: `annotations ${INTERNAL.map(({ prefix }) => `\`${prefix}*\``).join(', ')}`,
  gvisor: [{
    severity: 'error',
    reason: 'only the shim of gVisor sets it: by it a Pod writes to folders of the node or leaves its cgroup',
    instead: 'leave it out',
    source: 'google/gvisor pkg/shim/v1/runsc/service.go, runsc/specutils/specutils.go',
  }],
  looks: INTERNAL.map(({ prefix }) => ({ at: 'annotation', key: prefix, given: (name) => `it has the annotation ${name}`, cel: () => 'true' })),
};
