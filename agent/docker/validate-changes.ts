import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { CommandError, runForOutput } from '../containerd/command';
import { FileChange } from '../file-change';
import { atLeast } from '../host/kernel';
import { Validation } from '../node';
import { Refusal } from '../refusal';

export interface DockerValidation {
  /** The node's own dockerd, as it can be started here. */
  readonly command: readonly string[];
  /** The arguments that it runs with. */
  readonly args: readonly string[];
  /** Where the host's programs are here: dockerd looks for some of its own. */
  readonly path: readonly string[];
  readonly version: string;
  readonly changes: readonly FileChange[];
  /** Folder for temporary files. */
  readonly temporary?: string;
}

/** dockerd has `--validate` since this version. */
const CAN_VALIDATE = '23.0.0';
const TIMEOUT_MS = 30_000;

/**
 * Has the node's own dockerd read the changed file, with the arguments that it runs with: one that says the same as the
 * file keeps it from starting. That only ours was added is known before, from the text.
 */
export async function validateDockerChanges(validation: DockerValidation): Promise<Validation> {
  const { version, changes } = validation;
  const [change] = changes;
  if (!change?.after) return { changesBehaviour: changes.length > 0, finding: 'our runtimes are taken out' };
  if (!atLeast(version, CAN_VALIDATE)) return { changesBehaviour: true, finding: `only our runtimes differ; dockerd ${version} cannot try a file` };
  const problem = await problemWith(validation, change.after);
  if (problem === undefined) return { changesBehaviour: true, finding: 'only our runtimes differ, and dockerd takes the file' };
  // What it misses here it may have on the host.
  const before = await problemWith(validation, change.before ?? Buffer.from('{}'));
  if (before === problem) return { changesBehaviour: true, finding: `only our runtimes differ; dockerd cannot try a file here (${problem})` };
  throw new Refusal(`${change.path}: dockerd does not take the changed file: ${problem}; nothing was written: correct the file or the flags`);
}

/** What dockerd has against a file, but for the file's name. */
async function problemWith({ command, args, path, temporary = '/tmp' }: DockerValidation, content: Buffer): Promise<string | undefined> {
  const folder = mkdtempSync(`${temporary}/dockerd-`);
  try {
    const file = `${folder}/daemon.json`;
    writeFileSync(file, content);
    await runForOutput([...command, ...withoutConfigFile(args), '--validate', '--config-file', file], TIMEOUT_MS, path);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.message.replaceAll(folder, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The arguments of a daemon, but for its file and for variables that systemd would put in. */
function withoutConfigFile(args: readonly string[]): string[] {
  return args.filter((arg, index) => !/^--config-file(=|$)/.test(arg) && args[index - 1] !== '--config-file' && !arg.startsWith('$'));
}
