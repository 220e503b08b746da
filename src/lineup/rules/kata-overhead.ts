import { mebibytes } from '../../runtime/pod-overhead';
import { kataClasses } from '../kata-class';
import { valueAt } from '../manifest';
import type { Rule } from '../rule';

const MEMORY = ['overhead', 'podFixed', 'memory'];

/**
 * RuntimeClass -> virtual machine: the class reserves more memory than a guest gets beyond its Pod's limits, since it
 * pays for the processes around the guest, too. Otherwise the guest's Pod is killed where it uses what it was given.
 */
export const kataOverhead: Rule = {
  id: 'kata-overhead',
  *check(index) {
    for (const { name, object, shim, guestOverhead } of kataClasses(index)) {
      if (!object || !guestOverhead) {
        continue;
      }
      const given = valueAt(object, ...MEMORY);
      const hint = shim.podFixed ? `Kata's own class has ${shim.podFixed.memory}` : 'measure it';
      if (given === undefined) {
        yield {
          object,
          field: MEMORY,
          severity: 'warning',
          message: `"${name}" reserves no memory for what a virtual machine of ${shim.name} takes beyond its Pod's limits; write overhead.podFixed.memory (${hint})`,
        };
      } else if (!(mebibytes(String(given)) >= guestOverhead.memory)) {
        yield {
          object,
          field: MEMORY,
          message: `overhead.podFixed.memory is ${given}, and a virtual machine of ${shim.name} gets ${guestOverhead.memory} MiB beyond its Pod's limits (overhead_memory); `
            + `reserve more than that (${hint})`,
        };
      }
    }
  },
};
