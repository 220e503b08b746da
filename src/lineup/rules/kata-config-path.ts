import { KATA_CONFIG_PATH_ANNOTATION } from '../../runtime/kata-annotations';
import { podAnnotations } from '../pod-metadata';
import type { Rule } from '../rule';

/** Pod -> shim: no Pod chooses the configuration file of its shim, which names programs that run as root on the node. */
export const kataConfigPath: Rule = {
  id: 'kata-config-path',
  *check({ sandboxed }) {
    for (const { object } of [...sandboxed.values()].flat()) {
      if (podAnnotations(object).has(KATA_CONFIG_PATH_ANNOTATION)) {
        yield {
          object,
          message: `has the annotation ${KATA_CONFIG_PATH_ANNOTATION}, which Kata 4.0.0 removed because by it a Pod becomes root on its node (CVE-2026-50540); `
            + 'leave it out, and give the configuration a handler and a RuntimeClass of its own',
        };
      }
    }
  },
};
