import { planHash as hashOf } from '../../installer/plan-hash';
import { AGENT_ENV, PLAN_HASH_ANNOTATION } from '../../installer/pod-layout';
import type { Rule } from '../rule';

/** Containers that put nothing on the host: what they copy, `install` judges. */
const ONLY_COPIES = /^(lend|copy-[0-9a-f]{12})$/;

const FIELD = `metadata.annotations['${PLAN_HASH_ANNOTATION}']`;

/** Installer -> content: the Pod template carries the hash of what it mounts, or the agent refuses the files. */
export const planHash: Rule = {
  id: 'plan-hash',
  *check({ installers }) {
    for (const { daemonSet: object, planHash: given, bundle, missing, pod } of installers) {
      const expected = hashOf(Object.fromEntries(bundle));
      if (given !== expected && !missing.length) {
        yield {
          object,
          field: ['spec', 'template', 'metadata', 'annotations', PLAN_HASH_ANNOTATION],
          message: `the annotation ${PLAN_HASH_ANNOTATION} is ${given === undefined ? 'absent' : `"${given}"`}, but the mounted files have the hash ${expected}; `
            + 'synthesize again instead of changing the ConfigMaps by hand',
        };
      }
      for (const { field, name, fieldRefs } of pod.containers.filter((container) => !ONLY_COPIES.test(container.name))) {
        const source = fieldRefs.get(AGENT_ENV.planHash);
        if (source !== FIELD) {
          yield { object, field, message: `the container ${name} takes ${AGENT_ENV.planHash} from ${source ?? 'nowhere'}; write fieldPath: ${FIELD}` };
        }
      }
    }
  },
};
