/** Form of an exact gVisor release: the day and the point release of that day. */
const VERSION = /^(\d{4})(\d{2})(\d{2})\.(0|[1-9]\d*)$/;

/**
 * Refuses everything but an exact release: `latest` and bare dates name another archive tomorrow, for which no
 * checksum can be known today.
 *
 * @see https://gvisor.dev/docs/user_guide/install/#versions
 */
export function validateGVisorVersion(version: string): void {
  if (/^(latest|nightly|master)\b/.test(version)) {
    throw new Error(`"${version}" is not a gVisor release but a name that moves; write an exact release such as "20260928.0"`);
  }
  if (/^release-/.test(version)) {
    throw new Error(`a gVisor release is written without "release-", got "${version}"; write "${version.slice('release-'.length)}"`);
  }
  if (/^\d{8}$/.test(version)) {
    throw new Error(`"${version}" is a day, and its newest point release may change; write the exact release, such as "${version}.0"`);
  }
  const [, year, month, day] = VERSION.exec(version) ?? [];
  if (!year || !isDay(Number(year), Number(month), Number(day))) {
    throw new Error(`a gVisor release is written <yyyymmdd>.<point release>, such as "20260928.0", got "${version}"`);
  }
}

/** Negative where `a` is the older release, positive where it is the newer one, 0 where both are the same. */
export function compareGVisorVersions(a: string, b: string): number {
  const [dayA, pointA] = a.split('.').map(Number);
  const [dayB, pointB] = b.split('.').map(Number);
  return dayA - dayB || pointA - pointB;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
