import { ARCH_LABEL } from '../platform/arch-label';
import type { SandboxRuntime } from '../runtime/sandbox-runtime';

/** Refuses a runtime that no node of the pool can have. */
export function refuseOtherArchitecture(runtime: SandboxRuntime, installer: string, poolSelector: { readonly [label: string]: string }): void {
  const { architectures, node } = runtime;
  const wanted = poolSelector[ARCH_LABEL];
  if (wanted === undefined || architectures.includes(wanted)) return;
  throw new Error(`${node.path} exists for ${architectures.join(', ')}, and nodeSelector of ${installer} asks for nodes with ${ARCH_LABEL} "${wanted}", where it could never be installed; `
    + `write one of ${architectures.join(', ')} there, or give the runtime a release for ${wanted}`);
}

/**
 * Keeps the installer away from nodes that none of its runtimes exists for: it would fail there, and keep the rollout
 * from going on. Nothing where the pool says its architecture itself, and where everything is taken back.
 */
export function architectureAffinity(architectures: readonly string[], poolSelector: { readonly [label: string]: string }): object | undefined {
  if (ARCH_LABEL in poolSelector || !architectures.length) return undefined;
  const matchExpressions = [{ key: ARCH_LABEL, operator: 'In', values: [...new Set(architectures)].sort() }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } };
}
