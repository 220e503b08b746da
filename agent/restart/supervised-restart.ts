import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { RestartStrategy } from './restart-strategy';

const RUNNING_WITHIN_MS = 20_000;
const POLL_MS = 20;

/** Restarts a process whose supervisor starts it again when it ends, and writes its process ID to a file. */
export class SupervisedRestart implements RestartStrategy {
  readonly description: string;

  constructor(private readonly pidFile: string, private readonly timeoutMs = RUNNING_WITHIN_MS) {
    this.description = `the process of ${pidFile} by its supervisor`;
  }

  async command(): Promise<string[] | undefined> {
    return readFileSync(`/proc/${this.daemon()}/cmdline`, 'utf8').split('\0').slice(0, -1);
  }

  async environment(): Promise<{}> {
    return {};
  }

  /** A signal to the daemon is for nobody else. */
  async alsoEnded(): Promise<string[]> {
    return [];
  }

  async restart(): Promise<void> {
    const old = this.daemon();
    process.kill(old, 'SIGTERM');
    const deadline = performance.now() + this.timeoutMs;
    for (;;) {
      const pid = readPid(this.pidFile);
      if (pid !== undefined && pid !== old && isAlive(pid)) return;
      if (performance.now() >= deadline) throw new Error(`${this.notRestarted(old, pid)} within ${this.timeoutMs} ms`);
      await sleep(POLL_MS);
    }
  }

  async reload(): Promise<void> {
    process.kill(this.daemon(), 'SIGHUP');
  }

  /** The process that is safe to signal. */
  private daemon(): number {
    const pid = readPid(this.pidFile);
    if (pid === undefined) throw new Error(`${this.pidFile} has no process ID; the supervisor of the container runtime must write it there`);
    if (!isAlive(pid) || isOurs(pid)) {
      throw new Error(
        `process ${pid} of ${this.pidFile} ${isOurs(pid) ? 'is the agent itself' : 'is not visible'} here: it has ended, or the agent is in another `
        + 'PID namespace; a supervised daemon can only be restarted from the PID namespace of the host (hostPID)');
    }
    return pid;
  }

  private notRestarted(old: number, pid: number | undefined): string {
    if (isAlive(old)) return `process ${old} of ${this.pidFile} got SIGTERM and did not end`;
    if (pid === undefined || pid === old) return `process ${old} ended, but its supervisor wrote no new process ID to ${this.pidFile}`;
    return `process ${old} ended, but process ${pid}, which its supervisor wrote to ${this.pidFile}, does not run`;
  }
}

/** undefined: no file, or nothing in it that is the ID of one process (0 and negative ones mean groups). */
function readPid(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A process that ended and was not waited for yet is not alive. */
function isAlive(pid: number): boolean {
  return (stat(pid)?.state ?? 'Z') !== 'Z';
}

/** A PID of another namespace can hit any process of ours. */
function isOurs(pid: number): boolean {
  for (let own = process.pid; own > 0; own = stat(own)?.parent ?? 0) {
    if (own === pid) return true;
  }
  return false;
}

function stat(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses, and may have spaces and parentheses itself.
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
