import { UNGATED } from '../../../runtime/kata-annotations';
import { DANGEROUS } from '../../../runtime/pod-annotations';
import { CompatibilityRule } from '../../compatibility-rule';
import type { Look, PodRule } from '../../pod-rule';
import { passesOn } from '../../sandbox-facts';

const GVISOR = DANGEROUS.filter(({ harmlessByName }) => !harmlessByName).map(({ prefix }) => prefix);
const KATA = UNGATED.map(({ prefix }) => prefix);

/** Pod -> sandbox: no Pod weakens its own sandbox. */
export const dangerousAnnotation: PodRule = {
  id: CompatibilityRule.DANGEROUS_ANNOTATION,
  about: `annotations ${[...GVISOR, ...KATA].map((prefix) => `\`${prefix}*\``).join(', ')}`,
  gvisor: [{
    severity: 'error',
    reason: 'by it a Pod changes its own sandbox: sockets and files of the node, platform and overlay',
    instead: 'leave it out, and choose it for all Pods by the options of the runtime',
    source: 'google/gvisor runsc/config/flags.go (overrideAllowlist), runsc/config/config_bundles.go, runsc/boot/mount_hints.go',
  }],
  kata: [{
    severity: 'error',
    reason: 'Kata takes it from any Pod, and by it a Pod changes how the node runs its sandbox',
    instead: 'leave it out, and choose it for all Pods by the options of the runtime',
    source: 'kata-containers docs/how-to/how-to-set-sandbox-config-kata.md (runtime and agent options)',
  }],
  looks: [...GVISOR.map((prefix) => look(prefix, 'gvisor')), ...KATA.map((prefix) => look(prefix, 'kata'))],
};

function look(prefix: string, kind: 'gvisor' | 'kata'): Look {
  return {
    at: 'annotation',
    key: prefix,
    given: (name, _, sandbox) => (sandbox.kind === kind && passesOn(sandbox, name) !== false ? `it has the annotation ${name}` : undefined),
    // Where nothing hands it on it is refused as well, by another rule.
    cel: (_, sandbox) => String(sandbox.kind === kind),
  };
}
