import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** kubectl as an administrator runs it. */
export class Kubectl {
  constructor(private readonly command: readonly string[]) {}

  /** What it printed; throws with its complaint where it fails. */
  run(...args: string[]): Promise<string> {
    return this.call(args);
  }

  apply(yaml: string): Promise<string> {
    return this.call(['apply', '-f', '-'], yaml);
  }

  /** Deletes objects, and waits until they are gone. */
  delete(yaml: string): Promise<string> {
    return this.call(['delete', '--timeout=120s', '-f', '-'], yaml);
  }

  /** An object, or a list of them. */
  async get(...args: string[]): Promise<any> {
    return JSON.parse(await this.call(['get', '--output=json', ...args]));
  }

  /** Runs a command in a Pod's first container. */
  exec(namespace: string, pod: string, ...command: string[]): Promise<string> {
    return this.call(['--namespace', namespace, 'exec', pod, '--', ...command]);
  }

  /** The command line of what does not end by itself. */
  commandLine(...args: string[]): [command: string, ...args: string[]] {
    const [program, ...prefix] = this.command;
    return [program, ...prefix, ...args];
  }

  /** Asks until the answer satisfies; says what the last answer was where that takes too long. */
  async until<T>(what: string, ask: () => Promise<T>, satisfies: (answer: T) => boolean, timeoutMs = 120_000): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (let last: unknown; ;) {
      try {
        const answer = await ask();
        if (satisfies(answer)) return answer;
        last = answer;
      } catch (error) {
        last = (error as Error).message;
      }
      if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}; the last answer was ${JSON.stringify(last)?.slice(-4000)}`);
      await sleep(200);
    }
  }

  private call(args: readonly string[], input?: string): Promise<string> {
    const [program, ...prefix] = this.command;
    return new Promise((done, failed) => {
      const child = execFile(program, [...prefix, ...args], { maxBuffer: LARGEST_OUTPUT }, (error, stdout, stderr) => {
        if (error) failed(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`));
        else done(stdout);
      });
      child.stdin!.end(input);
    });
  }
}
