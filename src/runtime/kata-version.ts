const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** Refuses everything but an exact release: a name that moves has no checksum that could be known today. */
export function validateKataVersion(version: string): void {
  if (/^v\d/.test(version)) {
    throw new Error(`a Kata release is written without "v", got "${version}"; write "${version.slice(1)}"`);
  }
  if (!VERSION.test(version)) {
    throw new Error(`a Kata release is written <major>.<minor>.<patch>, such as "4.2.0", got "${version}"; names that move, such as "latest", are no releases`);
  }
}

/** Negative where `a` is the older release, positive where it is the newer one, 0 where both are the same. */
export function compareKataVersions(a: string, b: string): number {
  const [partsA, partsB] = [a, b].map((version) => version.split('.').map(Number));
  const index = partsA.findIndex((part, position) => part !== partsB[position]);
  return index < 0 ? 0 : partsA[index] - partsB[index];
}
