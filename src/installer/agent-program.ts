import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BUNDLE = join('assets', 'agent', 'main', 'agent.js');

let program: string | undefined;

/** The node agent's bundle, as it is shipped in the package. */
export function agentProgram(): string {
  program ??= readFileSync(join(packageFolder(), BUNDLE), 'utf8');
  return program;
}

/** Some folders up: how many depends on whether this module stands alone or is part of the library's one file. */
function packageFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, BUNDLE))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`the node agent (${BUNDLE}) is missing beside ${__dirname}; in a checkout, "npx projen bundle" builds it`);
    }
    folder = parent;
  }
  return folder;
}
