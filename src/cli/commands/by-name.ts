/** What is before and after, by name. */
export function byName<T>(old: readonly T[], now: readonly T[], nameOf: (item: T) => string): Array<[string, T | undefined, T | undefined]> {
  const before = new Map(old.map((item) => [nameOf(item), item]));
  const after = new Map(now.map((item) => [nameOf(item), item]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((name) => [name, before.get(name), after.get(name)]);
}
