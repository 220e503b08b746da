import { figure } from './figures';
import { leftOver } from './left-over';

/** After all scenarios, also those that failed: nothing of them is left on the machine. */
export default function teardown(): void {
  const left = leftOver();
  figure('left on the machine after the run', [...left].map(([kind, names]) => `${names.length} ${kind}`).join(', '));
  const found = [...left.values()].flat();
  if (found.length > 0) throw new Error(`the run has left on the machine:\n${found.map(name => `  - ${name}`).join('\n')}`);
}
