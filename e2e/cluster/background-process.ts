import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A program that runs beside the test, with its output in a file. It dies with the test, however that ends. */
export class BackgroundProcess {
  private readonly child: ChildProcess;

  constructor(private readonly command: string, args: readonly string[], private readonly logFile: string) {
    const log = openSync(logFile, 'w');
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
  }

  /** Throws with the end of the log if the program has ended. */
  public mustRun(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) return;
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n');
    throw new Error(`${this.command} ended with ${this.child.signalCode ?? this.child.exitCode}:\n${lines.slice(-15).join('\n')}`);
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    // Nothing of these programs outlives the test, so there is nothing to end in order.
    this.child.kill('SIGKILL');
    await ended;
  }
}
