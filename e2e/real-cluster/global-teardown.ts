import { figure } from './figures';
import { leftOver } from './left-over';

/** After all scenarios, also those that failed: nothing of them is left on the machine. */
export default function teardown(): void {
  const left = leftOver();
  figure('left on the machine after the run', [...left].map(([kind, names]) => `${names.length} ${kind}`).join(', '));
  const found = [...left.values()].flat();
  if (found.length === 0) return;
  console.error(`the run failed, because it has left on the machine:\n${found.map(name => `  - ${name}`).join('\n')}`);
  // An error here would end Jest before the run's last line.
  process.exitCode = 1;
}
