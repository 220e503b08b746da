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
  readonly version: string;
  readonly changes: readonly FileChange[];
  /** Folder for temporary files. */
  readonly temporary?: string;
}

/** dockerd has `--validate` since this version. */
const CAN_VALIDATE = '23.0.0';

/**
 * Has the node's own dockerd read the changed file, with the arguments that it runs with: one that says the same as the
 * file keeps it from starting. That only ours was added is known before, from the text.
 */
export async function validateDockerChanges({ command, args, version, changes, temporary = '/tmp' }: DockerValidation): Promise<Validation> {
  const [change] = changes;
  if (!change?.after) return { changesBehaviour: changes.length > 0, finding: 'our runtimes are taken out' };
  if (!atLeast(version, CAN_VALIDATE)) return { changesBehaviour: true, finding: `only our runtimes are added; dockerd ${version} cannot try a file` };
  const folder = mkdtempSync(`${temporary}/dockerd-`);
  try {
    const file = `${folder}/daemon.json`;
    writeFileSync(file, change.after);
    await runForOutput([...command, ...withoutConfigFile(args), '--validate', '--config-file', file]);
    return { changesBehaviour: true, finding: 'only our runtimes are added, and dockerd takes the file' };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Refusal(`${change.path}: dockerd does not take the changed file: ${error.message}; nothing was written`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The arguments of a daemon, but for its file and for variables that systemd would put in. */
function withoutConfigFile(args: readonly string[]): string[] {
  return args.filter((arg, index) => !/^--config-file(=|$)/.test(arg) && args[index - 1] !== '--config-file' && !arg.startsWith('$'));
}
