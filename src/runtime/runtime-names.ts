import { shown } from './given';
import { retiredRuntime } from './retired-runtimes';

/**
 * Names that a sandbox runtime goes by. A handler is at once the RuntimeClass's `handler`, a key in the container
 * runtime's table, a folder on the node and the name part of a node label, so the strictest of their rules holds.
 */

/** Length of a DNS label (RFC 1123); the name part of a node label may be just as long. */
const DNS_LABEL_MAX_LENGTH = 63;

/** Length of a DNS subdomain (RFC 1123). */
const DNS_SUBDOMAIN_MAX_LENGTH = 253;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Handlers of the node's ordinary runtimes: a sandbox under such a name would replace them for every Pod. */
export const RESERVED_HANDLERS: readonly string[] = ['crun', 'runc'];

/**
 * Refuses a handler that the Kubernetes API, the container runtime's table or the node label could not carry.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/node/validation/validation.go
 */
export function validateHandler(handler: string): void {
  if (RESERVED_HANDLERS.includes(handler)) {
    throw new Error(`handler "${handler}" belongs to the node's ordinary runtime, which every Pod without a sandbox uses;`
      + ' give the sandbox a handler of its own, such as "runsc"');
  }
  const retired = retiredRuntime(String(handler));
  if (retired) {
    throw new Error(`handler "${handler}" is ${retired.what}; use ${retired.successor}`);
  }
  if (!isDnsLabel(handler)) {
    throw new Error('handler must be a DNS label (lower-case letters, digits and "-", beginning and ending with a letter or digit,'
      + ` at most ${DNS_LABEL_MAX_LENGTH} characters), got ${shown(handler)}; ${instead(handler, proposeDnsLabel, 'runsc')}`);
  }
}

/**
 * Refuses a RuntimeClass name that the Kubernetes API would refuse.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
 */
export function validateRuntimeClassName(name: string): void {
  if (!isDnsSubdomain(name)) {
    throw new Error('runtimeClassName must be a DNS subdomain (DNS labels of lower-case letters, digits and "-", separated by ".",'
      + ` at most ${DNS_SUBDOMAIN_MAX_LENGTH} characters), got ${shown(name)}; ${instead(name, proposeDnsSubdomain, 'gvisor')}`);
  }
}

/** Whether a handler (or any other name of one label) is valid. */
export function isDnsLabel(name: unknown): boolean {
  return typeof name === 'string' && name.length <= DNS_LABEL_MAX_LENGTH && DNS_LABEL.test(name);
}

/** Whether the name of a RuntimeClass is valid. */
export function isDnsSubdomain(name: unknown): boolean {
  return typeof name === 'string' && name.length <= DNS_SUBDOMAIN_MAX_LENGTH && DNS_SUBDOMAIN.test(name);
}

/** The valid handler that is nearest to what somebody wrote: `Runsc_1` gives `runsc-1`. */
export function proposeDnsLabel(name: string): string {
  const label = toDnsLabel(name);
  return label === '' || RESERVED_HANDLERS.includes(label) ? 'runsc' : label;
}

/** The text itself where an object can have it as its name; construct ids may hold more (`My_Platform`), and cdk8s lets it into the names that it makes. */
export function toObjectName(text: string): string {
  return isDnsSubdomain(text) ? text : toDnsLabel(text);
}

function toDnsLabel(text: string): string {
  return trimDashes(lowerDashed(text).replace(/\./g, '-').slice(0, DNS_LABEL_MAX_LENGTH));
}

/** The valid RuntimeClass name that is nearest to what somebody wrote: `gVisor.Team_A` gives `gvisor.team-a`. */
export function proposeDnsSubdomain(name: string): string {
  const labels = lowerDashed(name).slice(0, DNS_SUBDOMAIN_MAX_LENGTH).split('.').map(trimDashes).filter((label) => label !== '');
  return labels.length === 0 ? 'gvisor' : labels.join('.');
}

function instead(name: unknown, propose: (name: string) => string, example: string): string {
  return typeof name === 'string' ? `write "${propose(name)}" instead` : `write a text such as "${example}"`;
}

function lowerDashed(name: string): string {
  return String(name).toLowerCase().replace(/[^-.a-z0-9]+/g, '-').replace(/^[-.]+/, '');
}

function trimDashes(label: string): string {
  return label.replace(/^-+|-+$/g, '');
}
