/** Which of some capabilities are added, as a message says it; all of them contain each. */
export function addedCapabilities(add: unknown, some: readonly string[]): string | undefined {
  if (!Array.isArray(add)) {
    return undefined;
  }
  const found = add.filter((one) => ['ALL', ...some].includes(String(one).toUpperCase().replace(/^CAP_/, '')));
  return found.length ? `it adds ${found.join(', ')}` : undefined;
}
