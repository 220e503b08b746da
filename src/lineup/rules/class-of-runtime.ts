import type { Rule } from '../rule';

/** RuntimeClass -> handler: every installed runtime has its class, and the class names the runtime's handler. */
export const classOfRuntime: Rule = {
  id: 'class-of-runtime',
  *check({ runtimes, classes, external }) {
    for (const { installer, runtime: { runtimeClassName, handler } } of runtimes) {
      const found = classes.get(runtimeClassName);
      if (!found && !external.has(runtimeClassName)) {
        yield {
          object: installer.daemonSet,
          message: `the plan installs the handler "${handler}" for the RuntimeClass "${runtimeClassName}", which is not there; `
            + `add a RuntimeClass with metadata.name "${runtimeClassName}" and handler "${handler}"`,
        };
      }
      for (const { object, handler: given } of found ?? []) {
        if (given !== handler) {
          yield {
            object,
            field: ['handler'],
            message: `handler is "${given}", but ${installer.name} installs "${handler}" for this class; write handler: ${handler}`,
          };
        }
      }
    }
  },
};
