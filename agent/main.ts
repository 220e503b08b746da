import { admit } from './admit';
import { claim } from './claim';
import { copy } from './copy';
import { endWhenTold } from './end-when-told';
import { install } from './install';
import { lastWords } from './last-words';
import { lend } from './lend';
import { watch } from './watch';

/** The containers of the installer; each returns its exit code, or nothing for 0. */
const COMMANDS: { readonly [name: string]: () => Promise<number | void> } = { admit, claim, copy, install, lend, watch };

async function main(name = ''): Promise<number> {
  if (!Object.hasOwn(COMMANDS, name)) {
    console.error(`the agent's first argument must be one of ${Object.keys(COMMANDS).join(', ')}, got ${JSON.stringify(name)}`);
    return 2;
  }
  // It may wait for hours, and its next run goes on from anywhere. `install` is left to finish.
  if (['claim', 'copy', 'lend'].includes(name)) endWhenTold(process);
  try {
    return await COMMANDS[name]() ?? 0;
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}`);
    lastWords((error as Error).message);
    return 1;
  }
}

void main(process.argv[2]).then((code) => process.exit(code));
