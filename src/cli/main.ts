import { readFileSync } from 'node:fs';
import { runCommandLine } from './command-line';

const STDIN = 0;

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const { status, output, complaint } = runCommandLine(process.argv.slice(2), () => readFileSync(STDIN, 'utf8'));
process.stdout.write(output);
process.stderr.write(complaint);
process.exitCode = status;
