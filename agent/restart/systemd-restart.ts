import { RestartStrategy } from './restart-strategy';
import { SystemdRestartPlan } from '../../src/installer/install-plan';
import { SystemdManager } from '../systemd/systemd-manager';

/** A node turns NotReady after about 34 s without CRI; a rollback must fit in as well. */
const ACTIVE_WITHIN_SECONDS = 20;

/** Values of KillMode with which only the main process is signalled. */
const SPARING = ['process', 'none'];

/** Restarts a unit through systemd. */
export class SystemdRestart implements RestartStrategy {
  readonly description: string;
  private readonly timeoutMs: number;

  constructor(private readonly unit: string, private readonly socket: string, private readonly plan: Omit<SystemdRestartPlan, 'kind' | 'unit'> = {}) {
    this.description = `${unit} by systemd`;
    this.timeoutMs = (plan.seconds ?? ACTIVE_WITHIN_SECONDS) * 1000;
  }

  async command(): Promise<string[] | undefined> {
    return this.withSystemd(async (systemd, unit) => {
      const commands = await systemd.execStart(unit);
      return commands.length ? [...commands[commands.length - 1].argv] : undefined;
    });
  }

  async environment(): Promise<{ [name: string]: string }> {
    return this.withSystemd(async (systemd, unit) => Object.fromEntries((await systemd.environment(unit)).map((assignment) => {
      const [name, ...value] = assignment.split('=');
      return [name, value.join('=')];
    })));
  }

  /** All in the unit's control group, unless the unit says that a restart is for the daemon alone (`KillMode=process`). */
  async alsoEnded(): Promise<string[]> {
    return this.withSystemd(async (systemd, unit) => {
      if (SPARING.includes(await systemd.killMode(unit))) return [];
      const [main, processes] = [await systemd.mainPid(unit), await systemd.processes(unit)];
      return processes.filter(({ pid }) => pid !== main).map(({ command }) => command);
    });
  }

  async restart(): Promise<void> {
    await this.withSystemd(async (systemd, unit) => {
      if (this.plan.daemonReload) await systemd.daemonReload();
      const previousPid = await systemd.mainPid(unit);
      // A unit that hit its start limit is not started again, with whatever files, until this is forgotten.
      await systemd.resetFailedUnit(unit);
      const job = await systemd.restartUnit(unit);
      await systemd.waitActive(unit, { job, previousPid }, this.timeoutMs);
    });
  }

  async reload(): Promise<void> {
    await this.withSystemd(async (systemd, unit) => {
      const job = await systemd.reloadUnit(unit);
      await systemd.waitReloaded(unit, job, this.timeoutMs);
    });
  }

  private async withSystemd<T>(use: (systemd: SystemdManager, unit: string) => Promise<T>): Promise<T> {
    const systemd = await SystemdManager.connect(this.socket);
    const { otherUnit } = this.plan;
    try {
      const loadState = await systemd.loadState(this.unit);
      if (loadState === 'loaded') return await use(systemd, this.unit);
      if (otherUnit !== undefined && await systemd.loadState(otherUnit) === 'loaded') return await use(systemd, otherUnit);
      throw new Error(`systemd has no usable unit ${this.unit}${otherUnit === undefined ? '' : ` or ${otherUnit}`} on this node (LoadState is ${loadState}); `
        + 'name the unit that runs the container runtime');
    } finally {
      systemd.close();
    }
  }
}
