import * as nodeFs from 'node:fs';
import { HostFs } from '../../agent/host/host';

/** The calls that change something, or make a change durable: a process may die before any of them. */
const CHANGING: ReadonlySet<string> = new Set([
  'chmodSync', 'fchmodSync', 'fchownSync', 'fsyncSync', 'ftruncateSync', 'linkSync', 'mkdirSync', 'renameSync', 'rmdirSync', 'symlinkSync', 'unlinkSync',
  'writeSync',
]);

export interface FaultyFs {
  readonly fs: HostFs;
  /** How many changing calls there were. */
  readonly calls: () => number;
}

export interface CrashingFs extends FaultyFs {
  readonly dead: () => boolean;
  /** Lets it die now. */
  readonly die: () => void;
}

/** `node:fs` of a process that dies at its n-th changing call: that write gets half of its bytes out, and nothing works after. */
export function crashingFs(dieAt = Infinity): CrashingFs {
  let calls = 0;
  let dead = false;
  const fs = new Proxy(nodeFs, {
    get(target, name: string) {
      const call = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (dead) throw new Error('the process is dead');
        if (CHANGING.has(name) && ++calls >= dieAt) {
          dead = true;
          if (name === 'writeSync') tornWrite(args);
          throw new Error(`the process dies at call ${calls}, ${name}`);
        }
        // What counts is that it was asked for: these files have to survive a process, not a power cut.
        return name === 'fsyncSync' ? undefined : call(...args);
      };
    },
  });
  return { fs, calls: () => calls, dead: () => dead, die: () => { dead = true; } };
}

/** Like the real one, but that any single changing call fails with a code of the system; the process lives on. */
export function failingFs(failAt: number, code: string, names: ReadonlySet<string> = CHANGING): FaultyFs {
  let calls = 0;
  const fs = new Proxy(nodeFs, {
    get(target, name: string) {
      const call = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (names.has(name) && ++calls === failAt) throw Object.assign(new Error(`${code}: ${name}`), { code });
        return name === 'fsyncSync' ? undefined : call(...args);
      };
    },
  });
  return { fs, calls: () => calls };
}

function tornWrite([file, bytes, offset = 0, length, position]: unknown[]): void {
  const data = bytes as Buffer;
  const rest = (length as number | undefined) ?? data.length - (offset as number);
  nodeFs.writeSync(file as number, data, offset as number, Math.floor(rest / 2), position as number | null | undefined);
}
