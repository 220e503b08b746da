import { shown } from './given';

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

const QUANTITY = { cpu: /^\d+(\.\d+)?m?$/, memory: /^\d+(\.\d+)?([KMGTPE]i|[kMGTPE]|m)?$/ };

/** `overhead.podFixed` of a RuntimeClass. */
export function renderOverhead(overhead: PodOverhead): Record<string, string> {
  const fixed: Record<string, string> = {};
  for (const resource of ['cpu', 'memory'] as const) {
    const quantity = overhead[resource];
    if (quantity === undefined) continue;
    if (typeof quantity !== 'string' || !QUANTITY[resource].test(quantity)) {
      throw new Error(`overhead.${resource} must be a Kubernetes quantity such as ${resource === 'cpu' ? '"100m"' : '"64Mi"'}, got ${shown(quantity)}`);
    }
    fixed[resource] = quantity;
  }
  if (Object.keys(fixed).length === 0) {
    throw new Error('overhead names neither cpu nor memory; leave it out if there is none');
  }
  return fixed;
}

const MEMORY_UNITS: { readonly [unit: string]: number } = {
  '': 1,
  'm': 1e-3,
  'k': 1e3,
  'K': 1e3,
  'M': 1e6,
  'G': 1e9,
  'T': 1e12,
  'P': 1e15,
  'E': 1e18,
  'Ki': 2 ** 10,
  'Mi': 2 ** 20,
  'Gi': 2 ** 30,
  'Ti': 2 ** 40,
  'Pi': 2 ** 50,
  'Ei': 2 ** 60,
};

/** MiB of a quantity of memory; NaN if it is none. */
export function mebibytes(quantity: string): number {
  const [, number, exponent, unit] = /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|(m|k|[KMGTPE]i?))?$/.exec(quantity.trim()) ?? [];
  return Number(`${number}${exponent ?? ''}`) * MEMORY_UNITS[unit ?? ''] / 2 ** 20;
}

/** CPUs of a quantity of processors; NaN if it is none. */
export function cpus(quantity: string): number {
  const [, number, exponent, unit] = /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|(m|k|M|G))?$/.exec(quantity.trim()) ?? [];
  return Number(`${number}${exponent ?? ''}`) * MEMORY_UNITS[unit ?? ''];
}
