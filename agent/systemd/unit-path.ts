/**
 * The object path of a unit: every byte that is not a letter, or a digit after the first place, as `_` and two hex digits.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/sd_bus_path_encode.html
 */
export function unitPath(unit: string): string {
  const label = [...Buffer.from(unit)].map((byte, i) => {
    const character = String.fromCharCode(byte);
    return (i === 0 ? /[a-zA-Z]/ : /[a-zA-Z0-9]/).test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
  }).join('');
  return `/org/freedesktop/systemd1/unit/${label || '_'}`;
}
