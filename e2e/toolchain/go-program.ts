import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { requireGo } from './requirements';

const MODULES = resolve(__dirname, '..', 'modules');

/** Built programs and other expensive things that outlive a run. */
export const CACHE = join(homedir(), '.cache', 'cdk8s-sandbox-runtimes');

/** A program of a pinned Go module, see e2e/modules. */
export interface GoProgram {
  /** Folder below e2e/modules. */
  readonly module: string;
  /** Import path of the main package, or its folder in the module (`./name`). */
  readonly main: string;
  /** Name of the binary. */
  readonly name: string;
  /** Linker variables (`-X`), import path to value. */
  readonly variables?: { readonly [variable: string]: string };
  readonly tags?: readonly string[];
  readonly cgo?: boolean;
  /** Replaces go.mod of the module (with a go.sum of the same name beside it). */
  readonly modFile?: string;
}

/** The version that a module's go.mod pins for one of its requirements, `v2.2.9`. */
export function pinnedVersion(module: string, requirement: string): string {
  const goMod = readFileSync(join(MODULES, module, 'go.mod'), 'utf8');
  const version = goMod.split('\n').map(line => line.trim().replace(/^require /, '').split(' ')).find(([path]) => path === requirement)?.[1];
  if (!version) throw new Error(`e2e/modules/${module}/go.mod does not require ${requirement}`);
  return version;
}

/** go.mod and go.sum that a program is built from. */
export function moduleFiles(module: string): { goMod: string; goSum: string } {
  return { goMod: join(MODULES, module, 'go.mod'), goSum: join(MODULES, module, 'go.sum') };
}

/** Builds the program, or finds it built by an earlier run; the path says what it was built from. */
export async function build(program: GoProgram): Promise<string> {
  const flags = [
    '-mod=readonly', '-trimpath',
    '-ldflags', ['-s', '-w', ...Object.entries(program.variables ?? {}).map(([variable, value]) => `-X ${variable}=${value}`)].join(' '),
    '-tags', (program.tags ?? []).join(','),
    ...(program.modFile ? [`-modfile=${program.modFile}`] : []),
  ];
  const { goMod, goSum } = moduleFiles(program.module);
  const hash = createHash('sha256');
  const parts = [readFileSync(goMod), readFileSync(goSum), JSON.stringify([program.main, program.cgo ?? false, flags]), ...ownSources(program)];
  for (const part of parts) hash.update(part).update('\0');
  const folder = join(CACHE, `${program.name}-${hash.digest('hex').slice(0, 12)}`);
  const binary = join(folder, program.name);
  if (existsSync(binary)) return binary;

  requireGo();
  mkdirSync(folder, { recursive: true });
  const startedAt = performance.now();
  await locked(`${folder}/lock`, join(MODULES, program.module), {
    CGO_ENABLED: program.cgo ? '1' : '0',
    GOFLAGS: '-buildvcs=false',
    GOTOOLCHAIN: 'local',
  }, ['sh', '-c', 'test -e "$0" || { "$@" && mv "$0.part" "$0"; }', binary, 'go', 'build', ...flags, '-o', `${binary}.part`, program.main]);
  console.log(`built ${program.name} of e2e/modules/${program.module} in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return binary;
}

/** Source files of a package that is ours: those of others are named by go.mod. */
function ownSources({ module, main }: GoProgram): Buffer[] {
  if (!main.startsWith('./')) return [];
  const folder = join(MODULES, module, main);
  return readdirSync(folder).sort().map(name => readFileSync(join(folder, name)));
}

/** Runs a command while holding a lock file, so that two test runs build a thing once. */
export function locked(lock: string, cwd: string, env: NodeJS.ProcessEnv, command: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn('flock', [lock, ...command], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', chunk => output += chunk);
    child.stderr.on('data', chunk => output += chunk);
    child.on('error', failed);
    child.on('close', code => code === 0 ? done() : failed(new Error(`${command.join(' ')} in ${cwd} ended with ${code}:\n${output.slice(-4000)}`)));
  });
}
