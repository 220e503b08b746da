import type { FieldPath } from '../field-path';
import { kataClasses, type KataClass } from '../kata-class';
import { describe } from '../manifest';
import { podLimits, type PodLimits } from '../pod-limits';
import type { Rule } from '../rule';

/**
 * Pod -> virtual machine: the limits of a Pod give a guest that boots and that Kubernetes accounts for. runtime-rs makes
 * a guest as large as the limits and `overhead_*`; where only one resource is limited, the other one is `overhead_*` alone.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/how-to/how-to-size-sandbox-overhead-runtime-rs.md
 */
export const kataGuestSize: Rule = {
  id: 'kata-guest-size',
  *check(index) {
    for (const kata of kataClasses(index)) {
      const unlimited = [];
      for (const { object, podSpec, podPath } of index.sandboxed.get(kata.name) ?? []) {
        const limits = podLimits(podSpec);
        if (limits.memory !== undefined) {
          continue;
        }
        if (limits.cpu !== undefined && kata.staticSizing && kata.guestOverhead) {
          yield { object, field: resources(podPath), message: tooSmall(kata, limits.cpu, kata.guestOverhead) };
        } else if (kata.defaults) {
          unlimited.push({ object, limits, field: resources(podPath) });
        }
      }
      const [first, ...others] = unlimited;
      if (first) {
        const more = others.length
          ? ` (and so ${others.length} more: ${others.slice(0, 3).map(({ object }) => describe(object)).join(', ')}${others.length > 3 ? ', ...' : ''})` : '';
        yield { object: first.object, field: first.field, severity: 'warning', message: unaccounted(kata, first.limits, more) };
      }
    }
  },
};

/** Of the first container, which is as good as any other. */
function resources(podPath: readonly string[]): FieldPath {
  return [...podPath, 'containers', 0, 'resources'];
}

function tooSmall({ name, shim }: KataClass, cpu: number, overhead: { readonly memory: number; readonly vcpus: number }): string {
  return `limits cpu (${cpu}) but not memory, so on the RuntimeClass "${name}" (${shim.name}) its virtual machine gets ${Math.max(1, Math.ceil(cpu + overhead.vcpus))} `
    + `virtual CPUs and ${overhead.memory} MiB of memory, which is overhead_memory alone, and cannot boot; write resources.limits.memory, too`;
}

function unaccounted({ name, shim, defaults }: KataClass, { cpu }: PodLimits, more: string): string {
  const vcpus = cpu === undefined ? ` and ${defaults!.vcpus} virtual CPU${defaults!.vcpus === 1 ? '' : 's'}` : '';
  return `has no memory limit${more}, so on the RuntimeClass "${name}" (${shim.name}) its virtual machine takes ${defaults!.memory} MiB of memory${vcpus} by default, `
    + 'of which Kubernetes reserves only the requests and the overhead of the class; write resources.limits of cpu and memory';
}
