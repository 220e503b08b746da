import { RestartStrategy } from './restart-strategy';
import { SystemdManager } from '../systemd/systemd-manager';

/** A node turns NotReady after about 34 s without CRI; a rollback must fit in as well. */
const ACTIVE_WITHIN_MS = 20_000;

/** Restarts a unit through systemd. */
export class SystemdRestart implements RestartStrategy {
  readonly description: string;

  constructor(private readonly unit: string, private readonly socket: string, private readonly timeoutMs = ACTIVE_WITHIN_MS) {
    this.description = `${unit} by systemd`;
  }

  async command(): Promise<string[] | undefined> {
    return this.withSystemd(async (systemd) => {
      const commands = await systemd.execStart(this.unit);
      return commands.length ? [...commands[commands.length - 1].argv] : undefined;
    });
  }

  async restart(): Promise<void> {
    await this.withSystemd(async (systemd) => {
      const previousPid = await systemd.mainPid(this.unit);
      // A unit that hit its start limit is not started again, with whatever files, until this is forgotten.
      await systemd.resetFailedUnit(this.unit);
      const job = await systemd.restartUnit(this.unit);
      await systemd.waitActive(this.unit, { job, previousPid }, this.timeoutMs);
    });
  }

  async reload(): Promise<void> {
    await this.withSystemd(async (systemd) => {
      const job = await systemd.reloadUnit(this.unit);
      await systemd.waitReloaded(this.unit, job, this.timeoutMs);
    });
  }

  private async withSystemd<T>(use: (systemd: SystemdManager) => Promise<T>): Promise<T> {
    const systemd = await SystemdManager.connect(this.socket);
    try {
      const loadState = await systemd.loadState(this.unit);
      if (loadState !== 'loaded') {
        throw new Error(`systemd has no usable unit ${this.unit} on this node (LoadState is ${loadState}); name the unit that runs the container runtime`);
      }
      return await use(systemd);
    } finally {
      systemd.close();
    }
  }
}
