import type { PlatformPlan } from '../../installer/install-plan';
import { CRICTL_CONFIG_FILE } from '../../platform/crictl-config';
import { NodePlatform } from '../../platform/node-platform';
import { platformRecords } from '../../platform/records';
import type { Rule } from '../rule';
import { sameData } from '../same-data';

const PATHS = ['configFile', 'dropInFile', 'dropInFolder', 'engineSocket', 'socket', 'binaries', 'family', 'state', 'embedded', 'templates', 'managed', 'copied'];

/** Plan -> platform: a platform that goes by a known name has its files where that platform has them. */
export const platform: Rule = {
  id: 'platform',
  *check({ installers }) {
    for (const { daemonSet: object, plan, bundle } of installers) {
      const known = plan && knownPlan(plan.platform.name);
      for (const field of known ? PATHS : []) {
        const given = plan && fields(plan.platform)[field];
        if (!sameData(given, known![field])) {
          yield {
            object,
            message: `the plan's ${field} is ${JSON.stringify(given)}, but nodes of the platform "${plan!.platform.name}" have ${JSON.stringify(known![field])}; `
              + 'write that, or describe the nodes as a platform of their own',
          };
        }
      }
      if (plan?.crictl && plan.crictl.path !== CRICTL_CONFIG_FILE) {
        yield { object, message: `the plan writes crictl's configuration to "${plan.crictl.path}"; crictl looks for it at "${CRICTL_CONFIG_FILE}"` };
      }
      const crictl = plan?.crictl && bundle.get(`files/${plan.crictl.key}`);
      if (crictl && !crictl.includes(`unix://${plan.platform.socket}"`)) {
        yield { object, message: `${plan.crictl!.key} does not name the CRI socket of the plan, "unix://${plan.platform.socket}"` };
      }
    }
  },
};

/** What a platform of that name has; undefined for one that a user has described. */
function knownPlan(name: string): { readonly [field: string]: unknown } | undefined {
  const plan = [NodePlatform.CONTAINERD, NodePlatform.CRIO, NodePlatform.DOCKER].map((one) => one._plan()).find((one) => one.name === name)
    ?? platformRecords().find((record) => record.plan?.name === name)?.plan;
  return plan && fields(plan);
}

/** The paths differ from one container runtime to the other; those that a platform lacks are undefined. */
function fields(plan: PlatformPlan): { readonly [field: string]: unknown } {
  return { ...plan };
}
