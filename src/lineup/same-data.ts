import { isDeepStrictEqual } from 'node:util';

/** Whether two values mean the same in JSON. Written alike they nearly always are; Node.js loads the other comparison only when it is needed. */
export function sameData(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other) || isDeepStrictEqual(one, other);
}
