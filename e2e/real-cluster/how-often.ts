/** How often a scenario does something: a sample, or as often as a variable of the environment says. */
export function count(variable: string, sample: number): number {
  const value = process.env[variable] ?? String(sample);
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`${variable} must be a whole number of at least 1, got ${JSON.stringify(value)}`);
  return Number(value);
}

/** Limit of a test that does something so often, in milliseconds: each time may take a minute or two on a busy machine, but none may hang. */
export function limitFor(times: number): number {
  return 300_000 + times * 120_000;
}
