import { spawn } from 'node:child_process';

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that did not end well: what it was, how it ended, and the last lines that it wrote. */
export class CommandError extends Error {
  constructor(command: readonly string[], how: string, stderr: string) {
    super(`${command.join(' ')} ${how}${stderr.trim() && `: ${lastLines(stderr)}`}`);
    this.name = 'CommandError';
  }
}

/**
 * Runs a program to its end; rejects with a {@link CommandError} unless it exits with 0.
 *
 * @param path folders in which it finds other programs, instead of ours
 */
export async function runForOutput(command: readonly string[], timeoutMs = 30_000, path?: readonly string[]): Promise<CommandOutput> {
  const env = path ? { ...process.env, PATH: path.join(':') } : process.env;
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const errors = () => Buffer.concat(stderr).toString('utf8');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  return new Promise<CommandOutput>((resolve, reject) => {
    child.on('error', (error) => reject(new CommandError(command, `cannot be started (${error.message})`, '')));
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve({ stdout: Buffer.concat(stdout).toString('utf8'), stderr: errors() });
      } else {
        const how = signal === 'SIGKILL' ? `was killed after ${timeoutMs} ms` : `failed with ${signal ?? `exit code ${code}`}`;
        reject(new CommandError(command, how, errors()));
      }
    });
  }).finally(() => clearTimeout(timer));
}

/** The end of a program's output, as part of a sentence. */
export function lastLines(output: string, count = 5): string {
  return output.trim().split('\n').slice(-count).map((line) => line.trim()).join(' | ');
}
