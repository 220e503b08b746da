import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A network namespace without a name: a process holds it that dies with the test, and its links go with it. */
export class NetworkNamespace {
  static async create(): Promise<NetworkNamespace> {
    const holder = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep infinity'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit').then(() => { throw new Error('no network namespace could be made'); })]);
    return new NetworkNamespace(holder);
  }

  private constructor(private readonly holder: ChildProcess) {}

  get pid(): number {
    return this.holder.pid!;
  }

  get path(): string {
    return `/proc/${this.pid}/ns/net`;
  }

  /** The command line that runs a command with this network. */
  enter(...command: string[]): string[] {
    return ['nsenter', `--net=${this.path}`, ...command];
  }

  run(...command: string[]): void {
    const [program, ...args] = this.enter(...command);
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async remove(): Promise<void> {
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    const ended = once(this.holder, 'exit');
    this.holder.kill('SIGKILL');
    await ended;
  }
}
