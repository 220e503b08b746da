import { DBusFailure, DBusReply, FakeDBusServer } from './fake-dbus-server';
import { DBusMessage } from '../../../agent/systemd/dbus-message';
import { DBusValue, DBusVariant } from '../../../agent/systemd/dbus-wire';
import { unitPath } from '../../../agent/systemd/unit-path';

/** Properties of a service that tests set. */
export interface FakeUnit {
  LoadState: string;
  ActiveState: string;
  SubState: string;
  MainPID: number;
  Job: readonly [number, string];
  Result: string;
  ExecMainStatus: number;
  ExecStart: readonly DBusValue[];
  Environment: readonly string[];
  EnvironmentFiles: readonly (readonly [string, boolean])[];
  KillMode: string;
}

const SIGNATURES: { readonly [name in keyof FakeUnit]: string } = {
  LoadState: 's',
  ActiveState: 's',
  SubState: 's',
  MainPID: 'u',
  Job: '(uo)',
  Result: 's',
  ExecMainStatus: 'i',
  ExecStart: 'a(sasbttttuii)',
  Environment: 'as',
  EnvironmentFiles: 'a(sb)',
  KillMode: 's',
};

const NO_JOB = [0, '/'] as const;
const OK: DBusReply = { signature: '', body: [] };

/** systemd with one unit. */
export class FakeSystemd {
  static async listen(socket: string, unitName = 'containerd.service'): Promise<FakeSystemd> {
    return new FakeSystemd(await FakeDBusServer.listen(socket), unitName);
  }

  readonly unit: FakeUnit = {
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    MainPID: 100,
    Job: NO_JOB,
    Result: 'success',
    ExecMainStatus: 0,
    ExecStart: [['/usr/bin/containerd', ['/usr/bin/containerd', '-l', 'info'], false, 0n, 0n, 0n, 0n, 0, 0, 0]],
    Environment: [],
    EnvironmentFiles: [],
    KillMode: 'control-group',
  };

  /** Control group, process ID and command line of each process of the unit. */
  processes: [string, number, string][] = [['/system.slice/containerd.service', 100, '/usr/bin/containerd -l info']];

  /** Names of the Manager's methods that were called. */
  readonly calls: string[] = [];
  /** As after too many starts: the restart is refused until ResetFailedUnit. */
  startLimitHit = false;
  /** As a unit without ExecReload. */
  cannotReload = false;
  /** As a stopped unit that systemd dropped from memory. */
  dropped = false;

  private constructor(readonly server: FakeDBusServer, private readonly unitName: string) {
    server.method = (call) => this.answer(call);
  }

  /** What becomes of a queued restart, soon after it was answered. */
  onRestart: () => void = () => this.become({ ActiveState: 'active', SubState: 'running', MainPID: this.unit.MainPID + 1 });

  /** What becomes of a queued reload, soon after it was answered. */
  onReload: () => void = () => this.become({});

  /** What happens once a property was read. */
  onceRead: (name: keyof FakeUnit) => void = () => {};

  /** The state after a job has ended. */
  become(state: Partial<FakeUnit>): void {
    Object.assign(this.unit, { Job: NO_JOB }, state);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private answer({ path, member, body }: DBusMessage): DBusReply {
    if (member === 'Get') {
      const [, name] = body as [string, keyof FakeUnit];
      if (path !== unitPath(this.unitName)) return { signature: 'v', body: [new DBusVariant('s', 'not-found')] };
      const value = this.unit[name];
      this.onceRead(name);
      return { signature: 'v', body: [new DBusVariant(SIGNATURES[name], value)] };
    }
    if (member === 'GetProcesses') return { signature: 'a(sus)', body: [this.processes] };
    this.calls.push([member, ...body].join(' '));
    if (member === 'ResetFailedUnit') {
      if (this.dropped) throw new DBusFailure('org.freedesktop.systemd1.NoSuchUnit', `Unit ${this.unitName} not loaded.`);
      this.startLimitHit = false;
    }
    if (member === 'ReloadUnit' && this.cannotReload) {
      throw new DBusFailure('org.freedesktop.systemd1.JobTypeNotApplicable', `Job type reload is not applicable for unit ${this.unitName}.`);
    }
    if (member !== 'RestartUnit' && member !== 'ReloadUnit') return OK;
    if (this.startLimitHit) throw new DBusFailure('org.freedesktop.systemd1.UnitStartLimit', 'Start request repeated too quickly.');
    this.unit.Job = [77, '/org/freedesktop/systemd1/job/77'];
    setTimeout(() => (member === 'RestartUnit' ? this.onRestart() : this.onReload()), 60);
    return { signature: 'o', body: [this.unit.Job[1]] };
  }
}
