import { Host } from './host';

/** True where nothing below the path may be executed, because it was mounted so. */
export function isNoExec(host: Host, path: string): boolean {
  const table = host.read('/proc/self/mountinfo')?.toString() ?? '';
  let covering = { point: '', options: [] as string[] };
  for (const line of table.split('\n')) {
    const [, , , , point, options] = line.split(' ');
    if (!point) continue;
    const unescaped = point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
    const covers = unescaped === '/' || path === unescaped || path.startsWith(`${unescaped}/`);
    // A later line with the same point was mounted over the earlier one.
    if (covers && unescaped.length >= covering.point.length) covering = { point: unescaped, options: options.split(',') };
  }
  return covering.options.includes('noexec');
}
