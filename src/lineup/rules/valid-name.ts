import { isDnsLabel, isDnsSubdomain, proposeDnsLabel, proposeDnsSubdomain } from '../../runtime/runtime-names';
import type { Rule } from '../rule';

/** Names that Kubernetes takes: a class name is a DNS subdomain, a handler a DNS label. */
export const validName: Rule = {
  id: 'valid-name',
  *check({ classes, runtimes }) {
    for (const { object, name, handler } of [...classes.values()].flat()) {
      if (!isDnsSubdomain(name)) {
        yield { object, field: ['metadata', 'name'], message: `the name of a RuntimeClass has to be a DNS subdomain (lower-case letters, digits, "-" and "."), not "${name}"; write "${proposeDnsSubdomain(name)}"` };
      }
      if (!isDnsLabel(handler)) {
        yield { object, field: ['handler'], message: notALabel(handler) };
      }
    }
    for (const { installer, runtime: { handler } } of runtimes) {
      if (!isDnsLabel(handler)) {
        yield { object: installer.daemonSet, message: notALabel(handler) };
      }
    }
  },
};

function notALabel(handler: string): string {
  return `a handler has to be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends), not "${handler}"; write "${proposeDnsLabel(handler)}"`;
}
