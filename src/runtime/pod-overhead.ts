/**
 * What a sandbox costs per Pod, as Kubernetes quantities.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/pod-overhead/
 */
export interface PodOverhead {
  /**
   * CPU, e.g. `100m`.
   *
   * @default - none
   */
  readonly cpu?: string;

  /**
   * Memory, e.g. `64Mi`.
   *
   * @default - none
   */
  readonly memory?: string;
}

const QUANTITY = { cpu: /^\d+(\.\d+)?m?$/, memory: /^\d+(\.\d+)?([KMGTPE]i?|k|m)?$/ };

/** `overhead.podFixed` of a RuntimeClass. */
export function renderOverhead(overhead: PodOverhead): Record<string, string> {
  const fixed: Record<string, string> = {};
  for (const resource of ['cpu', 'memory'] as const) {
    const quantity = overhead[resource];
    if (quantity === undefined) continue;
    if (!QUANTITY[resource].test(quantity)) {
      throw new Error(`overhead.${resource} must be a Kubernetes quantity such as ${resource === 'cpu' ? '"100m"' : '"64Mi"'}, got "${quantity}"`);
    }
    fixed[resource] = quantity;
  }
  if (Object.keys(fixed).length === 0) {
    throw new Error('overhead names neither cpu nor memory; leave it out if there is none');
  }
  return fixed;
}
