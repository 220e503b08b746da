import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { QuickstartOptions } from './quickstart-app';
import { scratchFolder } from './scratch-folder';

const ROOT = join(__dirname, '..', '..');
const APP = 'e2e/real-cluster/quickstart-app';
/** Stands for the previous release as long as none was tagged. */
const BEFORE_THE_FIRST_TAG = '76d8bfb2fa5b739ea9315e06d04464dfb794967a';

/** The previous release of this library: the newest tag that is an ancestor, or what stands for it. */
export function previousRevision(): string {
  try {
    return git('describe', '--tags', '--match', 'v*', '--abbrev=0', 'HEAD^').trim();
  } catch {
    return BEFORE_THE_FIRST_TAG;
  }
}

/** YAML of the quickstart's platform as that release writes it, with its own agent. */
export function synthesizeByPreviousRelease(revision: string, options: Omit<QuickstartOptions, 'outdir'>): string {
  const folder = scratchFolder('previous-release');
  try {
    checkOut(revision, folder);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    esbuild(folder, 'agent/main.ts', 'assets/agent/main/agent.js', '--target=node24', '--tsconfig=agent/tsconfig.json', '--minify', '--keep-names');
    esbuild(folder, `${APP}.ts`, `${APP}.js`, '--packages=external');
    const outdir = join(folder, 'out');
    mkdirSync(outdir);
    const { release: { release, sha512 }, ...rest } = options;
    const given = JSON.stringify({ ...rest, outdir, release: { release, sha512 } });
    execFileSync(process.execPath, ['--eval', `require('./${APP}.js').synthesizeQuickstart(${given})`], { cwd: folder, stdio: 'inherit' });
    return readFileSync(join(outdir, 'sandbox.k8s.yaml'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only the files: no work tree that git would know of. */
function checkOut(revision: string, folder: string): void {
  try {
    git('cat-file', '-e', `${revision}^{commit}`);
  } catch {
    throw new Error(`the previous release (${revision}) is not in this checkout, whose history is shallow; run git fetch --unshallow --tags`);
  }
  execFileSync('sh', ['-c', 'git -C "$0" archive "$1" src agent e2e package.json tsconfig.json | tar -x -C "$2"', ROOT, revision, folder], { stdio: 'inherit' });
}

function git(...args: string[]): string {
  return execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function esbuild(folder: string, entry: string, outfile: string, ...flags: string[]): void {
  execFileSync(process.execPath, [join(ROOT, 'node_modules', 'esbuild', 'bin', 'esbuild'), '--bundle', entry, '--platform=node', `--outfile=${outfile}`,
    '--log-level=error', ...flags], { cwd: folder, stdio: 'inherit' });
}
