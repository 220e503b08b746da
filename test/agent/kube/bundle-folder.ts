import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handlerLabel } from '../../../src/installer/handler-label';
import { INSTALL_PLAN_FORMAT, type GatePlan, type InstallPlan, type InstallVerdict, type RuntimePlan } from '../../../src/installer/install-plan';
import { planHash } from '../../../src/installer/plan-hash';

/** What of an install plan the API server's side of the agent looks at. */
export interface GatedPlan {
  readonly handlers: readonly string[];
  readonly gate?: GatePlan;
  readonly desiredState?: InstallPlan['desiredState'];
  /** Anything that makes the plan another one. */
  readonly release?: string;
}

/** The folders that the installer's Pod mounts, on disk. */
export class BundleFolder {
  public readonly bundle: string;
  public readonly shared: string;
  public readonly hash: string;

  constructor(plan: GatedPlan) {
    const folder = mkdtempSync(join(tmpdir(), 'installer-pod-'));
    this.bundle = join(folder, 'bundle');
    this.shared = join(folder, 'shared');
    mkdirSync(join(this.bundle, 'files'), { recursive: true });
    mkdirSync(this.shared);
    const files: Record<string, string> = {
      'plan.json': JSON.stringify(installPlan(plan)),
      'agent.js': '// the agent\n',
      'files/runsc.toml': `# ${plan.release ?? 'first'}\n`,
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.bundle, name), content);
    this.hash = planHash(files);
  }

  /** What `install` leaves for `admit`. */
  public writeVerdict(handlers: InstallVerdict['handlers'], hash = this.hash): void {
    writeFileSync(join(this.shared, 'verdict.json'), JSON.stringify({ planHash: hash, handlers } satisfies InstallVerdict));
  }

  public remove(): void {
    rmSync(join(this.bundle, '..'), { recursive: true, force: true });
  }
}

function installPlan({ handlers, gate, desiredState = 'PRESENT' }: GatedPlan): Pick<InstallPlan, 'format' | 'installer' | 'desiredState' | 'gate'> {
  const runtimes = handlers.map((handler): Pick<RuntimePlan, 'handler' | 'label'> => ({ handler, label: handlerLabel(handler) }));
  return { format: INSTALL_PLAN_FORMAT, installer: 'sandbox-system/installer', desiredState, ...{ runtimes }, gate };
}
