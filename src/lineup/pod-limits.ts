import { listAt, textAt, valueAt } from './manifest';
import { cpus, mebibytes } from '../runtime/pod-overhead';

/** What a Pod may use as a whole; a resource that nothing limits is absent. */
export interface PodLimits {
  /** Processors. */
  readonly cpu?: number;
  /** MiB. */
  readonly memory?: number;
}

/**
 * The limits of a Pod as the kubelet tells them to the container runtime: those of the Pod itself, else the sum over its
 * containers. A container without a limit adds nothing.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_sandbox_linux.go
 */
export function podLimits(podSpec: unknown): PodLimits {
  return { cpu: limitOf(podSpec, 'cpu', cpus), memory: limitOf(podSpec, 'memory', mebibytes) };
}

function limitOf(podSpec: unknown, resource: string, read: (quantity: string) => number): number | undefined {
  const of = (value: unknown) => quantityOf(valueAt(value, 'resources', 'limits', resource), read);
  const whole = of(podSpec);
  if (whole !== undefined) {
    return whole;
  }
  // Init containers run before the others and beside the sidecars that started earlier; the largest moment counts.
  let sidecars: number | undefined;
  let starting: number | undefined;
  for (const container of listAt(podSpec, 'initContainers')) {
    if (textAt(container, 'restartPolicy') === 'Always') {
      sidecars = sum(sidecars, of(container));
    } else {
      starting = largest(starting, sum(sidecars, of(container)));
    }
  }
  return largest(listAt(podSpec, 'containers').map(of).reduce(sum, sidecars), starting);
}

/** A quantity as YAML may have it, text or a number; undefined where it is none. */
function quantityOf(value: unknown, read: (quantity: string) => number): number | undefined {
  const quantity = typeof value === 'string' || typeof value === 'number' ? read(String(value)) : NaN;
  return Number.isNaN(quantity) ? undefined : quantity;
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? one ?? other : one + other;
}

function largest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? one ?? other : Math.max(one, other);
}
