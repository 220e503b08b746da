import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from './refusal';
import { INSTALL_PLAN_FORMAT, type InstallPlan } from '../src/installer/install-plan';
import { planHash } from '../src/installer/plan-hash';
import { POD_LAYOUT } from '../src/installer/pod-layout';

/** What the Pod mounts: the plan, and the files beside it by their key. */
export interface Bundle {
  readonly plan: InstallPlan;
  readonly files: { readonly [key: string]: string };
  /** Hash of all of it; it differs from the Pod's where the ConfigMaps are newer or older than the Pod. */
  readonly hash: string;
}

export function readBundle(folder: string = POD_LAYOUT.bundle): Bundle {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  // A ConfigMap without a key makes no folder: an installer whose last runtime was left out.
  const keys = existsSync(join(folder, 'files')) ? readdirSync(join(folder, 'files')) : [];
  const files = Object.fromEntries(keys.map((key) => [key, read(join('files', key))]));
  const planText = read('plan.json');
  const plan = JSON.parse(planText) as InstallPlan;
  if (plan.format !== INSTALL_PLAN_FORMAT) {
    throw new Refusal(`${join(folder, 'plan.json')} has format ${plan.format}, this agent reads format ${INSTALL_PLAN_FORMAT}; `
      + 'synthesize and apply all objects of the installer with one version of the library');
  }
  const hash = planHash({
    'plan.json': planText,
    'agent.js': read('agent.js'),
    ...Object.fromEntries(keys.map((key) => [`files/${key}`, files[key]])),
  });
  return { plan, files, hash };
}
