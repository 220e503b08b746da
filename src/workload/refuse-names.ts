import { isResolvedLater, shown } from '../runtime/given';
import { isDnsLabel, isDnsSubdomain, proposeDnsLabel, proposeDnsSubdomain } from '../runtime/runtime-names';

/** Refuses the name of a part of a Pod that is no DNS label. */
export function refuseLabelName(described: string, name: string): void {
  if (isResolvedLater(name) || isDnsLabel(name)) return;
  throw new Error(`${described} must be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends), got ${shown(name)}${proposed(name, proposeDnsLabel)}`);
}

/** Refuses the name of an object that is no DNS subdomain. */
export function refuseObjectName(described: string, name: string): void {
  if (isResolvedLater(name) || isDnsSubdomain(name)) return;
  throw new Error(`${described} must be a DNS subdomain (lower-case letters, digits, "-" and "."), got ${shown(name)}${proposed(name, proposeDnsSubdomain)}`);
}

/** Of nothing but signs, nothing is left to propose. */
function proposed(name: unknown, propose: (name: string) => string): string {
  return typeof name === 'string' && /[a-z\d]/i.test(name) ? `; write "${propose(name)}"` : '';
}
