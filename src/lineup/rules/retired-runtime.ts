import { retiredRuntime } from '../../runtime/retired-runtimes';
import type { Rule } from '../rule';

/** RuntimeClass -> runtime: the handler is not of a runtime that nothing supports any more. */
export const retiredRuntimeHandler: Rule = {
  id: 'retired-runtime',
  *check({ classes }) {
    for (const { object, handler } of [...classes.values()].flat()) {
      const retired = retiredRuntime(handler);
      if (retired) {
        yield { object, field: ['handler'], message: `handler "${handler}" is ${retired.what}; use ${retired.successor}` };
      }
    }
  },
};
