import { readFileSync } from 'node:fs';
import { join } from 'node:path';

let program: string | undefined;

/** The node agent's bundle, as it is shipped in the package. */
export function agentProgram(): string {
  program ??= readFileSync(join(__dirname, '..', '..', 'assets', 'agent', 'main', 'agent.js'), 'utf8');
  return program;
}
