import { KATA_CONFIG_PATH_ANNOTATION } from '../../../runtime/kata-annotations';
import { CompatibilityRule } from '../../compatibility-rule';
import { celText, type PodRule, type Verdict } from '../../pod-rule';

const REMOVED: readonly Verdict[] = [{
  severity: 'error',
  reason: 'Kata 4.0.0 removed it because by it a Pod becomes root on its node (CVE-2026-50540)',
  instead: 'leave it out, and give the configuration a handler and a RuntimeClass of its own',
  source: 'CVE-2026-50540, kata-containers@03cc670076',
}];

/** Pod -> shim: no Pod chooses the configuration file of its shim, which names programs that run as root on the node. */
export const kataConfigPath: PodRule = {
  id: CompatibilityRule.KATA_CONFIG_PATH,
  about: 'annotation `io.katacontainers.config_path`',
  gvisor: REMOVED,
  kata: REMOVED,
  looks: [{
    at: 'annotation',
    key: KATA_CONFIG_PATH_ANNOTATION,
    given: (name) => (name === KATA_CONFIG_PATH_ANNOTATION ? `it has the annotation ${name}` : undefined),
    cel: (it) => `${it} == ${celText(KATA_CONFIG_PATH_ANNOTATION)}`,
  }],
};
