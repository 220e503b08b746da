import type { LineUpIndex } from '../line-up-index';
import { textAt, valueAt } from '../manifest';
import type { Rule } from '../rule';
import { parseToml } from '../runtime-table';

const HOST_NAMESPACES = ['hostNetwork', 'hostPID', 'hostIPC'];

/** Handlers that gVisor goes by: its own documentation's, and GKE's. */
const GVISOR_HANDLER = /^(runsc|gvisor)/;
/** The class that everybody, GKE included, gives gVisor. */
const GVISOR_CLASS = 'gvisor';

/**
 * Pod -> sandbox: gVisor never joins a namespace of the host. With hostNetwork the Pod shows the host's address and
 * has no connection; hostPID and hostIPC are scoped to the sandbox without a word.
 */
export const hostNamespaces: Rule = {
  id: 'host-namespaces',
  *check(index) {
    for (const [name, objects] of index.sandboxed) {
      const gvisor = gvisorOf(index, name);
      if (!gvisor) {
        continue;
      }
      for (const { object, podSpec } of objects) {
        const given = HOST_NAMESPACES.filter((field) => valueAt(podSpec, field) === true && !(field === 'hostNetwork' && gvisor.hostNetwork));
        if (given.length) {
          yield {
            object,
            message: `${given.join(' and ')} ${given.length > 1 ? 'are' : 'is'} true, but the RuntimeClass "${name}" is gVisor, which never enters a namespace of the host; `
              + `leave ${given.length > 1 ? 'them' : 'it'} out, or let the Pod run without a sandbox`,
          };
        }
      }
    }
  },
};

/** Whether a class is gVisor, and whether its sandboxes use the host's network stack. */
function gvisorOf({ classes, runtimes }: LineUpIndex, name: string): { readonly hostNetwork: boolean } | undefined {
  const installed = runtimes.find(({ runtime }) => runtime.runtimeClassName === name);
  if (installed) {
    const { installer, runtime } = installed;
    const config = parseToml(installer.bundle.get(`files/${runtime.config.key}`) ?? '');
    return runtime.runtime === 'gvisor' ? { hostNetwork: textAt(config, 'runsc_config', 'network') === 'host' } : undefined;
  }
  const [runtimeClass] = classes.get(name) ?? [];
  return (runtimeClass ? GVISOR_HANDLER.test(runtimeClass.handler) : name === GVISOR_CLASS) ? { hostNetwork: false } : undefined;
}
