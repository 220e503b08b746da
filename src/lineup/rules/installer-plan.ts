import type { Rule } from '../rule';

/** Installer -> plan: the plan can be read and is the plan of this installer. */
export const installerPlan: Rule = {
  id: 'installer-plan',
  *check({ installers }) {
    for (const { daemonSet: object, name, namespace, plan, planProblem } of installers) {
      if (planProblem) {
        yield { object, message: planProblem };
      }
      if (plan && plan.installer !== name) {
        yield { object, message: `the plan is of the installer "${plan.installer}", and this one is "${name}"; a node belongs to one installer, so both have to agree` };
      }
      if (plan?.gate && plan.gate.namespace !== namespace) {
        yield { object, message: `the plan's gate is in the namespace "${plan.gate.namespace}", and the installer in "${namespace}"; its token is fenced to its own` };
      }
    }
  },
};
