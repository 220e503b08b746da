/** Some bits of a non-negative number, counted from its lowest one. */
export function bits(value: number, from: number, count: number): number {
  return Math.floor(value / 2 ** from) % 2 ** count;
}

/** True where a file's mode lets anybody execute it. */
export function isExecutable(mode: number): boolean {
  return [0, 3, 6].some((from) => bits(mode, from, 1) === 1);
}
