import { isDeepStrictEqual } from 'node:util';
import { NodePlatform } from '../../platform/node-platform';
import type { Rule } from '../rule';

const KNOWN = new Map([NodePlatform.CONTAINERD].map((platform) => [platform.name, platform._plan()]));
const PATHS = ['configFile', 'dropInFile', 'socket', 'binaries'] as const;

/** Plan -> platform: a platform that goes by a known name has its files where that platform has them. */
export const platform: Rule = {
  id: 'platform',
  *check({ installers }) {
    for (const { daemonSet: object, plan } of installers) {
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
    }
  },
};
