/** Prints a figure of the run; docs/reliability.md has those of a recorded one. */
export function figure(name: string, value: string | number, unit = ''): void {
  process.stdout.write(`figure: ${name}: ${typeof value === 'number' ? Math.round(value) : value}${unit && ` ${unit}`}\n`);
}

/** Prints how long something took. */
export async function timed<T>(name: string, run: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await run();
  figure(name, performance.now() - startedAt, 'ms');
  return result;
}
