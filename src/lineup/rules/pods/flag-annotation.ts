import { CompatibilityRule } from '../../compatibility-rule';
import { celText, type PodRule } from '../../pod-rule';
import { passesOn } from '../../sandbox-facts';

const FLAG = 'dev.gvisor.flag.';

/** Flags that runsc takes from a Pod. Source: google/gvisor runsc/config/flags.go (overrideAllowlist). */
const ALLOWED = [
  'allow-connected-on-save', 'debug', 'debug-command', 'debug-to-user-log', 'host-uds', 'mount-cgroup-v2', 'net-disconnect-ok', 'oci-seccomp', 'overlay2',
  'pause-external-networking', 'qdisc', 'qdisc-tbf-burst', 'qdisc-tbf-rate', 'reproduce-nftables', 'strace', 'strace-log-size', 'strace-syscalls',
].map((flag) => FLAG + flag);

/** Pod -> runsc: the flags that a Pod may set. */
export const flagAnnotation: PodRule = {
  id: CompatibilityRule.FLAG_ANNOTATION,
  about: 'annotation `dev.gvisor.flag.*` of a flag that runsc takes from no Pod',
  gvisor: [{
    severity: 'error',
    reason: 'runsc takes this flag from no Pod, so the Pod does not start',
    instead: 'leave it out, and set it for the runtime',
    source: 'google/gvisor runsc/config/flags.go (overrideAllowlist)',
    when: { text: 'unless the runtime has allow-flag-override', holds: ({ settings }) => settings['allow-flag-override'] !== 'true' },
  }],
  looks: [{
    at: 'annotation',
    key: FLAG,
    given: (name: string, _, sandbox) => (!ALLOWED.includes(name) && passesOn(sandbox, name) !== false ? `it has the annotation ${name}` : undefined),
    // Where nothing hands it on it is refused as well, by another rule.
    cel: (it) => `!(${it} in [${ALLOWED.map(celText).join(', ')}])`,
  }],
};
