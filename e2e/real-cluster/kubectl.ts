import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** kubectl as an administrator runs it. */
export class Kubectl {
  constructor(private readonly command: readonly string[]) {}

  /** What it printed; throws with its complaint where it fails. */
  run(...args: string[]): string {
    return this.call(args);
  }

  apply(yaml: string): string {
    return this.call(['apply', '-f', '-'], yaml);
  }

  /** An object or a list of them. */
  get(...args: string[]): any {
    return JSON.parse(this.call(['get', '--output=json', ...args]));
  }

  /** Asks until the answer satisfies; says what the last answer was where that takes too long. */
  async until<T>(what: string, ask: (kubectl: Kubectl) => T, satisfies: (answer: T) => boolean, timeoutMs = 120_000): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (let last: unknown; ;) {
      try {
        const answer = ask(this);
        if (satisfies(answer)) return answer;
        last = answer;
      } catch (error) {
        last = (error as Error).message;
      }
      if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}; the last answer was ${JSON.stringify(last)?.slice(0, 4000)}`);
      await sleep(200);
    }
  }

  private call(args: readonly string[], input?: string): string {
    const [program, ...prefix] = this.command;
    return execFileSync(program, [...prefix, ...args], { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
  }
}
