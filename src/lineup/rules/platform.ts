import { isDeepStrictEqual } from 'node:util';
import { CRICTL_CONFIG_FILE } from '../../platform/crictl-config';
import { NodePlatform } from '../../platform/node-platform';
import type { Rule } from '../rule';

const KNOWN = new Map([NodePlatform.CONTAINERD].map((platform) => [platform.name, platform._plan()]));
const PATHS = ['configFile', 'dropInFile', 'socket', 'binaries'] as const;

/** Plan -> platform: a platform that goes by a known name has its files where that platform has them. */
export const platform: Rule = {
  id: 'platform',
  *check({ installers }) {
    for (const { daemonSet: object, plan, bundle } of installers) {
      const known = plan && KNOWN.get(plan.platform.name);
      for (const field of known ? PATHS : []) {
        if (!isDeepStrictEqual(plan!.platform[field], known![field])) {
          yield {
            object,
            message: `the plan's ${field} is ${JSON.stringify(plan!.platform[field])}, but nodes of the platform "${plan!.platform.name}" have ${JSON.stringify(known![field])}; `
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
