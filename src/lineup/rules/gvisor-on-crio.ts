import { valueAt } from '../manifest';
import type { Rule } from '../rule';
import { parseToml } from '../runtime-table';

/**
 * Runtime table -> gVisor on CRI-O: SELinux is off, and the shim is told where it looks that the containers of a Pod
 * share a sandbox.
 *
 * @see https://github.com/google/gvisor/blob/master/g3doc/user_guide/containerd/crio.md
 */
export const gvisorOnCrio: Rule = {
  id: 'gvisor-on-crio',
  *check({ runtimes }) {
    for (const { installer, plan, runtime, tables: { crio } } of runtimes) {
      if (runtime.runtime !== 'gvisor' || plan.platform.kind !== 'crio') {
        continue;
      }
      const { daemonSet: object, bundle } = installer;
      if (typeof crio === 'object' && crio.selinux !== false) {
        yield { object, message: `${runtime.tables.crio} leaves SELinux on, with which gVisor starts no container; write selinux = false in [crio.runtime]` };
      } else if (!plan.platform.disablesSelinux) {
        yield { object, message: `${runtime.tables.crio} turns SELinux off, and the plan does not say so (disablesSelinux), so CRI-O would not be restarted to learn it` };
      } else {
        yield {
          object,
          severity: 'warning',
          message: `"${runtime.handler}" turns SELinux off for every container of its nodes, those that run in runc included; keep such nodes for sandboxes only`,
        };
      }
      const shared = runtime.sharedConfig;
      const text = shared && bundle.get(`files/${shared.key}`);
      if (shared?.path !== SHARED_CONFIG || (text !== undefined && valueAt(parseToml(text), 'grouping') !== true)) {
        yield {
          object,
          message: `gVisor's shim finds no "grouping = true" in ${SHARED_CONFIG} (sharedConfig of "${runtime.handler}"), without which CRI-O starts a sandbox for each `
            + 'container of a Pod',
        };
      }
    }
  },
};

const SHARED_CONFIG = '/etc/containerd/runsc/config.toml';
