/** Keys, and positions in lists, that lead from an object to one of its fields. */
export type FieldPath = ReadonlyArray<string | number>;

/** The path as a person writes it: `spec.containers[0].image`, `spec.nodeSelector["kubernetes.io/os"]`. */
export function fieldText(path: FieldPath): string {
  return path.map((step) => (
    typeof step === 'number' ? `[${step}]` : /^[A-Za-z_][\w-]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  )).join('').replace(/^\./, '');
}

/** Where a part of a value is in it; undefined if it is no part of it. */
export function pathTo(part: unknown, value: unknown): FieldPath | undefined {
  if (value === part) {
    return [];
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  for (const [key, member] of Object.entries(value)) {
    const rest = pathTo(part, member);
    if (rest) {
      return [Array.isArray(value) ? Number(key) : key, ...rest];
    }
  }
  return undefined;
}
