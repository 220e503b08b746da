import { DockerPlatformPlan } from '../../src/installer/install-plan';
import { Refusal } from '../refusal';

const DEFAULT_CONFIG_FILE = '/etc/docker/daemon.json';

/** The value of a flag on a command line, `--flag value` or `--flag=value`; undefined where it is not given. */
function flagOf(argv: readonly string[], flag: string): string | undefined {
  for (const [index, argument] of argv.entries()) {
    if (argument === flag) return argv[index + 1] ?? '';
    if (argument.startsWith(`${flag}=`)) return argument.slice(flag.length + 1);
  }
  return undefined;
}

/** The file that a dockerd with these arguments reads. */
export function configFileOf(argv: readonly string[]): string {
  return flagOf(argv, '--config-file') ?? DEFAULT_CONFIG_FILE;
}

/** Whether a dockerd with these arguments labels containers for SELinux. */
export function enablesSelinux(argv: readonly string[]): boolean {
  return argv.some((argument) => /^--selinux-enabled(=(true|1))?$/.test(argument));
}

/** Docker does not start where a flag and the file set the same thing, and reads the file again without a word. */
export function refuseConflicts(argv: readonly string[], { configFile, defaultRuntime }: DockerPlatformPlan): void {
  const conflicts = ['--add-runtime', ...(defaultRuntime === undefined ? [] : ['--default-runtime'])];
  const conflict = conflicts.find((flag) => flagOf(argv, flag) !== undefined);
  if (conflict !== undefined) {
    throw new Refusal(`dockerd of this node is started with ${conflict}, and would not start with the same in ${configFile}: move that setting to ${configFile}`);
  }
}
