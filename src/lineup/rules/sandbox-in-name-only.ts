import { RESERVED_HANDLERS } from '../../runtime/runtime-names';
import type { Rule } from '../rule';

/** Words that promise isolation. */
const SANDBOX = /gvisor|runsc|kata|firecracker|sandbox/i;

/** RuntimeClass -> isolation: a class that is named like a sandbox is not the node's ordinary runtime. */
export const sandboxInNameOnly: Rule = {
  id: 'sandbox-in-name-only',
  *check({ classes }) {
    for (const { object, name, handler } of [...classes.values()].flat()) {
      if (SANDBOX.test(name) && RESERVED_HANDLERS.includes(handler)) {
        yield {
          object,
          field: ['handler'],
          message: `"${name}" promises a sandbox, but its handler "${handler}" is the node's ordinary runtime, which isolates nothing more; `
            + 'write the handler of a sandbox runtime, or give the class another name',
        };
      }
    }
  },
};
