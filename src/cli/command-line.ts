import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from './check';
import { InputError } from './input';

const COMMAND = 'cdk8s-sandbox-runtimes';

const HELP = `Usage: ${COMMAND} check [--external NAME]... <file, folder or ->...

Checks that everything lines up, from the Pod to the node:
Pod -> RuntimeClass -> handler -> runtime table -> shim -> configuration file -> node label.

It reads only the manifests: synthesized or hand-written YAML, Helm output, or what
kubectl get -o json prints. Folders are read with all that is below them (.yaml, .yml, .json),
except node_modules and hidden folders. - is standard input. Other kinds are ignored.

Options:
  --external NAME  a RuntimeClass that somebody else owns; neither it nor its absence is judged
  --help           print this text
  --version        print the version

Exit status: 0 if everything lines up (there may be warnings), 1 if there are errors,
2 if the command line is wrong or the input cannot be read.
`;

/** What a run of the command prints, and how it ends. */
export interface CommandResult {
  readonly status: 0 | 1 | 2;
  readonly output: string;
  /** For standard error. */
  readonly complaint: string;
}

export function runCommandLine(args: readonly string[], standardInput: () => string): CommandResult {
  try {
    const { values, positionals } = parse(args);
    if (values.help) {
      return { status: 0, output: HELP, complaint: '' };
    }
    if (values.version) {
      return { status: 0, output: `${version()}\n`, complaint: '' };
    }
    const [command, ...paths] = positionals;
    if (command !== 'check') {
      return misuse(command === undefined ? 'there is no command; the only one is check' : `there is no command "${command}"; the only one is check`);
    }
    if (!paths.length) {
      return misuse('check needs something to read; name files, folders, or - for standard input');
    }
    const { text, errors } = check({ paths, external: values.external ?? [], standardInput });
    return { status: errors ? 1 : 0, output: `${text}\n`, complaint: '' };
  } catch (error) {
    if (error instanceof InputError || isFileError(error)) {
      return { status: 2, output: '', complaint: `${COMMAND}: ${error.message}\n` };
    }
    if (isArgumentError(error)) {
      return misuse(error.message);
    }
    throw error;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      external: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
}

function misuse(complaint: string): CommandResult {
  return { status: 2, output: '', complaint: `${COMMAND}: ${complaint}\nTry ${COMMAND} --help.\n` };
}

function version(): string {
  return JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
}

// What Node.js throws is told by its members: its classes are not those of every realm.
function isArgumentError(error: unknown): error is Error {
  return String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}

/** A file that cannot be read: its system call and path are in the message. */
function isFileError(error: unknown): error is Error {
  return (error as NodeJS.ErrnoException).syscall !== undefined;
}
