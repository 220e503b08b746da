import { setTimeout as sleep } from 'node:timers/promises';
import { DBusConnection, DBusError } from './dbus-connection';
import { DBusValue, DBusVariant } from './dbus-wire';
import { unitPath } from './unit-path';

/** systemd's private socket: peer to peer with PID 1, without bus daemon and policies; only root may use it. */
export const SYSTEMD_SOCKET = '/run/systemd/private';

export interface ExecCommand {
  readonly path: string;
  /** With argv[0]. */
  readonly argv: readonly string[];
}

export interface EnvironmentFile {
  readonly path: string;
  /** Written with `-`: it may be absent. */
  readonly optional: boolean;
}

export interface UnitProcess {
  /** As PID 1 counts. */
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

export interface RestartedUnit {
  /** As `restartUnit` returned it. */
  readonly job: string;
  /** Main PID before the restart; 0 where the unit did not run. */
  readonly previousPid: number;
}

/** What a failed connect() means here. The socket belongs to root, so that only a security module can deny it to the agent. */
const CONNECTION_ADVICE: { readonly [code: string]: string } = {
  ENOENT: 'the host does not run systemd, or the folder of the socket is not mounted',
  ECONNREFUSED: 'nobody listens there any more: mount the folder of the socket, never the socket itself',
  EACCES: 'a security module of the node denies it: set seLinuxOptions (type spc_t) or appArmorProfile (Unconfined) of the NodeInstaller',
};

const MANAGER = 'org.freedesktop.systemd1.Manager';
const UNIT = 'org.freedesktop.systemd1.Unit';
const SERVICE = 'org.freedesktop.systemd1.Service';
const NO_SUCH_UNIT = 'org.freedesktop.systemd1.NoSuchUnit';
const POLL_MS = 20;
/** systemd reads all units again, and answers when it is done. */
const RELOAD_MS = 90_000;

/**
 * The part of systemd's D-Bus API that the agent needs.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html
 */
export class SystemdManager {
  static async connect(socket: string = SYSTEMD_SOCKET, timeoutMs?: number): Promise<SystemdManager> {
    try {
      return new SystemdManager(await DBusConnection.connect(socket, timeoutMs));
    } catch (error) {
      const { message, cause } = error as Error;
      const advice = CONNECTION_ADVICE[(cause as NodeJS.ErrnoException | undefined)?.code ?? ''];
      throw new Error(`cannot talk to systemd: ${message}${advice ? `; ${advice}` : ''}`, { cause });
    }
  }

  private constructor(private readonly bus: DBusConnection) {}

  /** `loaded`; `not-found` where there is no such unit. */
  async loadState(unit: string): Promise<string> {
    return await this.property(unit, UNIT, 'LoadState') as string;
  }

  async activeState(unit: string): Promise<string> {
    return await this.property(unit, UNIT, 'ActiveState') as string;
  }

  /** As PID 1 counts; 0 where nothing runs. */
  async mainPid(unit: string): Promise<number> {
    return await this.property(unit, SERVICE, 'MainPID') as number;
  }

  /** Which processes systemd ends when it stops the unit, as the unit has it: `control-group` unless somebody chose otherwise. */
  async killMode(unit: string): Promise<string> {
    return await this.property(unit, SERVICE, 'KillMode') as string;
  }

  /** All processes in the unit's control group, and below. */
  async processes(unit: string): Promise<UnitProcess[]> {
    const [processes] = await this.bus.call({ path: unitPath(unit), interface: SERVICE, member: 'GetProcesses', signature: '', args: [] });
    return (processes as [string, number, string][]).map(([, pid, command]) => ({ pid, command }));
  }

  async execStart(unit: string): Promise<ExecCommand[]> {
    const commands = await this.property(unit, SERVICE, 'ExecStart') as [string, string[]][];
    return commands.map(([path, argv]) => ({ path, argv }));
  }

  /** `NAME=value`, as the unit and its drop-ins set them. */
  async environment(unit: string): Promise<string[]> {
    return await this.property(unit, SERVICE, 'Environment') as string[];
  }

  /** Their values win over `environment`. */
  async environmentFiles(unit: string): Promise<EnvironmentFile[]> {
    const files = await this.property(unit, SERVICE, 'EnvironmentFiles') as [string, boolean][];
    return files.map(([path, optional]) => ({ path, optional }));
  }

  /** Also forgets how often the unit was started: one that hit its start limit can be started again. */
  async resetFailedUnit(unit: string): Promise<void> {
    try {
      await this.manager('ResetFailedUnit', 's', [unit]);
    } catch (error) {
      // systemd drops a unit that is stopped and that nothing refers to, and with it what there was to forget.
      if (!(error instanceof DBusError) || error.errorName !== NO_SUCH_UNIT) throw error;
    }
  }

  /** Queues the restart. @returns the job, for `waitActive`. */
  async restartUnit(unit: string): Promise<string> {
    const [job] = await this.manager('RestartUnit', 'ss', [unit, 'replace']);
    return job as string;
  }

  /** Queues what the unit has for `ExecReload`. @returns the job, for `waitReloaded`. */
  async reloadUnit(unit: string): Promise<string> {
    const [job] = await this.manager('ReloadUnit', 'ss', [unit, 'replace']);
    return job as string;
  }

  async daemonReload(): Promise<void> {
    await this.manager('Reload', '', [], RELOAD_MS);
  }

  /** Waits until the restarted unit is active with another main PID. A unit that fails is not waited for any longer. @returns that PID */
  async waitActive(unit: string, { job, previousPid }: RestartedUnit, timeoutMs: number): Promise<number> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      // Answered in this order: the state that is read after the job was gone is the one that the job has led to.
      const [[jobId], active, sub, pid] = await Promise.all([
        this.property(unit, UNIT, 'Job') as Promise<[number, string]>, this.activeState(unit), this.property(unit, UNIT, 'SubState'), this.mainPid(unit),
      ]);
      if (active === 'active' && pid !== 0 && pid !== previousPid) return pid;
      // While the job is queued the state is still the one from before.
      const restarted = jobId !== Number(job.split('/').at(-1));
      if (restarted && (active === 'failed' || active === 'inactive' || sub === 'auto-restart')) {
        throw new Error(`${unit} was restarted and ended at once: ${active}/${sub}, ${await this.exit(unit)}`);
      }
      if (performance.now() >= deadline) throw new Error(`${unit} was not active with a new process within ${timeoutMs} ms: ${active}/${sub}, main PID ${pid}`);
      await sleep(POLL_MS);
    }
  }

  /** Waits until the job of `reloadUnit` is done. Whatever the unit makes of the signal, it has it then. */
  async waitReloaded(unit: string, job: string, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const [[jobId], active] = await Promise.all([this.property(unit, UNIT, 'Job') as Promise<[number, string]>, this.activeState(unit)]);
      const done = jobId !== Number(job.split('/').at(-1)) && active !== 'reloading';
      if (done && active === 'active') return;
      if (done) throw new Error(`${unit} was told to read its configuration again and is ${active}: ${await this.exit(unit)}`);
      if (performance.now() >= deadline) throw new Error(`${unit} did not read its configuration again within ${timeoutMs} ms: it is ${active}`);
      await sleep(POLL_MS);
    }
  }

  close(): void {
    this.bus.close();
  }

  private async exit(unit: string): Promise<string> {
    const [result, status] = await Promise.all([this.property(unit, SERVICE, 'Result'), this.property(unit, SERVICE, 'ExecMainStatus')]);
    return `result ${result}, exit status ${status}`;
  }

  private manager(member: string, signature: string, args: readonly DBusValue[], timeoutMs?: number): Promise<readonly DBusValue[]> {
    return this.bus.call({ path: '/org/freedesktop/systemd1', interface: MANAGER, member, signature, args }, timeoutMs);
  }

  private async property(unit: string, iface: string, name: string): Promise<DBusValue> {
    const [value] = await this.bus.call({
      path: unitPath(unit), interface: 'org.freedesktop.DBus.Properties', member: 'Get', signature: 'ss', args: [iface, name],
    });
    return (value as DBusVariant).value;
  }
}
