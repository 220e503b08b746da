import { Manifest, one } from './installer-run';
import type { InstallPlan } from '../../src/installer/install-plan';
import { planHash, sha256 } from '../../src/installer/plan-hash';
import { PLAN_HASH_ANNOTATION } from '../../src/installer/pod-layout';

/** The installer with one of its files replaced, so that all hashes are right: as if the library had rendered it so. */
export function withFile(manifests: readonly Manifest[], key: (plan: InstallPlan) => string, change: (content: string) => string): Manifest[] {
  const copy: Manifest[] = structuredClone([...manifests]);
  const daemonSet = one(copy, 'DaemonSet');
  const map = (suffix: string) => one(copy, 'ConfigMap', `${daemonSet.metadata.name}-${suffix}`).data;
  const plan = map('plan');
  const name = key(JSON.parse(plan['plan.json']));
  const before: string = map('files')[name];
  map('files')[name] = change(before);
  plan['plan.json'] = plan['plan.json'].replaceAll(sha256(before), sha256(map('files')[name]));
  const files = Object.entries<string>(map('files')).map(([file, content]) => [`files/${file}`, content]);
  daemonSet.spec.template.metadata.annotations[PLAN_HASH_ANNOTATION] = planHash({ ...plan, ...map('agent'), ...Object.fromEntries(files) });
  return copy;
}
