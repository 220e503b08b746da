import { NodePlatform } from '../../platform/node-platform';
import { gvisorNodeRequirements } from '../../runtime/gvisor-node-requirements';
import { GVisorPlatform } from '../../runtime/gvisor-platform';
import type { Rule } from '../rule';

const CONTAINERD = NodePlatform.CONTAINERD._plan();
const REQUIREMENTS = [GVisorPlatform.SYSTRAP, GVisorPlatform.KVM].map((platform) => gvisorNodeRequirements(platform, CONTAINERD));
const SYSCTLS = new Set(REQUIREMENTS.flatMap(({ sysctls }) => sysctls.map(({ path }) => path)));
const DEVICES = new Set(REQUIREMENTS.flatMap(({ devices }) => devices));

/** Runtime -> node: the sysctls and devices that are looked at before anything is written are those that gVisor needs. */
export const nodeRequirements: Rule = {
  id: 'node-requirements',
  *check({ runtimes }) {
    for (const { installer: { daemonSet: object }, runtime: { handler, runtime, requires } } of runtimes) {
      if (runtime !== 'gvisor') {
        continue;
      }
      for (const [what, names, known] of [['sysctl', requires.sysctls.map(({ path }) => path), SYSCTLS], ['device', requires.devices, DEVICES]] as const) {
        for (const name of names.filter((given) => !known.has(given))) {
          yield { object, message: `the plan asks nodes of "${handler}" for the ${what} "${name}"; gVisor needs only ${[...known].join(', ')}` };
        }
      }
    }
  },
};
