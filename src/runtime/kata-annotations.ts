import { annotationMatches, hasWildcard } from './annotation-pattern';

/** Beginning of the annotations that change the virtual machine; Kata takes only those that `enable_annotations` names. */
export const KATA_HYPERVISOR_ANNOTATION = 'io.katacontainers.config.hypervisor.';

/** Annotation by which a Pod names its shim's configuration file: removed from Kata 4.0.0 (CVE-2026-50540). */
export const KATA_CONFIG_PATH_ANNOTATION = 'io.katacontainers.config_path';

/**
 * Annotations that Kata takes from any Pod that they come from.
 * Source: kata-containers/kata-containers docs/how-to/how-to-set-sandbox-config-kata.md.
 */
export const UNGATED = [
  { prefix: 'io.katacontainers.config.runtime.', opens: 'change how the node runs its sandbox, such as its network namespace and which folders of the node are bound into it' },
  { prefix: 'io.katacontainers.config.agent.', opens: 'load modules into its kernel' },
] as const;

const TRUST = 'set allowWildcardPodAnnotations if everybody who may write a Pod of this runtime is trusted';

/**
 * Refuses Pod annotations that would let whoever may write a Pod change its sandbox unnoticed, and those that would have
 * no effect: an annotation of the hypervisor has to pass containerd (`podAnnotations`) and Kata (`enableAnnotations`).
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/how-to/how-to-set-sandbox-config-kata.md
 */
export function validateKataAnnotations(patterns: readonly string[], enabled: readonly string[], allowWildcard: boolean): void {
  for (const pattern of patterns) {
    if (!/^[\w.*?/-]+$/.test(pattern.replace(/\[\^?[\w.-]+\]/g, 'x'))) {
      throw new Error(`podAnnotations must be names of annotations such as "${KATA_HYPERVISOR_ANNOTATION}default_vcpus", got "${pattern}"`);
    }
    if (pattern === KATA_CONFIG_PATH_ANNOTATION) {
      throw new Error(`podAnnotations has "${pattern}", by which a Pod would choose the program that runs as root on its node (CVE-2026-50540); leave it out`);
    }
    if (allowWildcard) {
      continue;
    }
    if (hasWildcard(pattern)) {
      throw new Error(`podAnnotations has the wildcard "${pattern}"${opened(pattern)}; name each annotation, or ${TRUST}`);
    }
    const ungated = UNGATED.find(({ prefix }) => pattern.startsWith(prefix));
    if (ungated) {
      throw new Error(`podAnnotations has "${pattern}", by which a Pod could ${ungated.opens}; choose it for all Pods by the runtime's own options, or ${TRUST}`);
    }
    const name = pattern.startsWith(KATA_HYPERVISOR_ANNOTATION) ? pattern.slice(KATA_HYPERVISOR_ANNOTATION.length) : undefined;
    if (name !== undefined && !isEnabled(name, enabled)) {
      throw new Error(`podAnnotations has "${pattern}", which Kata refuses because enableAnnotations lacks "${name}"; write it there, too`);
    }
  }
  const unreached = enabled.find((name) => !patterns.some((pattern) => hasWildcard(name)
    ? pattern.startsWith(KATA_HYPERVISOR_ANNOTATION) || hasWildcard(pattern)
    : annotationMatches(pattern, KATA_HYPERVISOR_ANNOTATION + name)));
  if (unreached !== undefined) {
    throw new Error(`enableAnnotations has "${unreached}", which never reaches Kata because podAnnotations lacks it; `
      + `add "${KATA_HYPERVISOR_ANNOTATION}${unreached}" to podAnnotations`);
  }
}

/** Whether Kata takes a hypervisor setting from a Pod: its `enable_annotations` are regular expressions of whole names. */
export function isEnabled(name: string, enabled: readonly string[]): boolean {
  return enabled.some((pattern) => new RegExp(`^(${pattern})$`).test(name));
}

function opened(pattern: string): string {
  const fixed = pattern.slice(0, pattern.search(/[*?[]/));
  const reached = UNGATED.filter(({ prefix }) => fixed.startsWith(prefix) || prefix.startsWith(fixed)).map(({ opens }) => opens);
  return reached.length ? `, by which a Pod could ${reached.join(' and ')}` : '';
}
