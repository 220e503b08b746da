import { runCommandLine } from './command-line';
import { MAX_BYTES } from './input/manifest-reader';
import { readStandardInput } from './standard-input';

/** A reading that is over sooner needs no word. */
const QUIET_MILLISECONDS = 1000;
const CLEAR_LINE = '\r\u001b[K';

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const started = performance.now();
let told = false;

const { status, output, complaint } = runCommandLine(process.argv.slice(2), {
  standardInput: () => readStandardInput(MAX_BYTES),
  // https://no-color.org
  colors: process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  progress(done, all) {
    if (process.stderr.isTTY && performance.now() - started > QUIET_MILLISECONDS) {
      told = true;
      process.stderr.write(`${CLEAR_LINE}read ${done} of ${all} files`);
    }
  },
});
if (told) {
  process.stderr.write(CLEAR_LINE);
}
process.stdout.write(output);
process.stderr.write(complaint);
process.exitCode = status;
