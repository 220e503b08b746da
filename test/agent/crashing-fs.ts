import * as nodeFs from 'node:fs';
import { HostFs } from '../../agent/host/host';

/** The calls that change something, or make a change durable: a process may die before any of them. */
export const CHANGING: ReadonlySet<string> = new Set([
  'chmodSync', 'fchmodSync', 'fchownSync', 'fsyncSync', 'ftruncateSync', 'linkSync', 'mkdirSync', 'renameSync', 'rmdirSync', 'symlinkSync', 'unlinkSync',
  'writeSync',
]);

/** The others of `HostFs`: what a process that dies before them leaves behind is the same as at the call before. */
const LOOKING = ['closeSync', 'fstatSync', 'lstatSync', 'openSync', 'readFileSync', 'readSync', 'readdirSync', 'readlinkSync', 'statfsSync', 'statSync'];

export const EVERY: ReadonlySet<string> = new Set([...CHANGING, ...LOOKING]);

export interface FsCall {
  readonly name: string;
  /** Of a file that is open, where it was opened. */
  readonly path: string;
  readonly args: readonly unknown[];
}

/**
 * `node:fs` in which each call is made by `make`, or not.
 *
 * @param sync whether an fsync is really made: most tests are about processes that die, for which it counts nothing
 */
export function watchedFs(make: (call: FsCall, perform: () => unknown) => unknown, sync = false): HostFs {
  const opened = new Map<unknown, string>();
  return new Proxy(nodeFs, {
    get(target, name: string) {
      const call = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => make({ name, path: opened.get(args[0]) ?? String(args[0]), args }, () => {
        const result = name === 'fsyncSync' && !sync ? undefined : call(...args);
        if (name === 'openSync') opened.set(result, String(args[0]));
        if (name === 'closeSync') opened.delete(args[0]);
        return result;
      });
    },
  });
}

export interface FaultyFs {
  readonly fs: HostFs;
  /** How many counted calls there were. */
  readonly calls: () => number;
}

export interface CrashingFs extends FaultyFs {
  readonly dead: () => boolean;
  /** Lets it die now. */
  readonly die: () => void;
  /** The counted calls up to now. */
  readonly trace: readonly FsCall[];
}

/** `node:fs` of a process that dies at its n-th counted call: a write gets half of its bytes out, and nothing works after. */
export function crashingFs(dieAt = Infinity, counted: ReadonlySet<string> = CHANGING): CrashingFs {
  const trace: FsCall[] = [];
  let dead = false;
  const fs = watchedFs((call, perform) => {
    if (dead) throw new Error('the process is dead');
    if (counted.has(call.name) && trace.push(call) >= dieAt) {
      dead = true;
      if (call.name === 'writeSync') tornWrite(call.args);
      throw new Error(`the process dies at call ${trace.length}, ${call.name} of ${call.path}`);
    }
    return perform();
  });
  return { fs, calls: () => trace.length, dead: () => dead, die: () => { dead = true; }, trace };
}

/** Like the real one, but that a single one of the named calls fails with a code of the system; the process lives on. */
export function failingFs(failAt: number, code: string, names: ReadonlySet<string> = CHANGING): FaultyFs {
  return failing(code, names, (number) => number === failAt);
}

/** The same for good: each of the named calls fails from the n-th on. */
export function brokenFs(failFrom: number, code: string, names: ReadonlySet<string> = CHANGING): FaultyFs {
  return failing(code, names, (number) => number >= failFrom);
}

function failing(code: string, names: ReadonlySet<string>, fails: (number: number) => boolean): FaultyFs {
  let calls = 0;
  const fs = watchedFs(({ name, path }, perform) => {
    if (names.has(name) && fails(++calls)) throw Object.assign(new Error(`${code}: ${name} of ${path}`), { code });
    return perform();
  });
  return { fs, calls: () => calls };
}

function tornWrite([file, bytes, offset = 0, length, position]: readonly unknown[]): void {
  const data = bytes as Buffer;
  const rest = (length as number | undefined) ?? data.length - (offset as number);
  nodeFs.writeSync(file as number, data, offset as number, Math.floor(rest / 2), position as number | null | undefined);
}
