import type { InstallPlan } from './install-plan';

/** What has been written here, by its text: the check at synth reads the plan that the same synth has rendered. */
const written = new Map<string, InstallPlan>();

/** Content of `plan.json`. */
export function writePlan(plan: InstallPlan): string {
  const text = `${JSON.stringify(plan, undefined, 2)}\n`;
  written.set(text, plan);
  return text;
}

/** The plan of a text that `writePlan` has made in this process. */
export function writtenPlan(text: string): InstallPlan | undefined {
  return written.get(text);
}
