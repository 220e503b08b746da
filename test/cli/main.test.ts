import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..');
let folder: string;

// The program at its place in the package, so that it finds what it looks for beside it.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'));
  buildSync({ entryPoints: [join(ROOT, 'src', 'cli', 'main.ts')], bundle: true, platform: 'node', outfile: join(folder, 'lib', 'cli', 'main.js') });
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function command(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'lib', 'cli', 'main.js'), ...args], { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { status, stdout, stderr };
}

const BROKEN = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {runtimeClassName: gvisr}\n';

test('ends with the status of the check and prints what it found', () => {
  expect(command(['check', '-'], BROKEN)).toEqual({ status: 1, stdout: expect.stringContaining('error [class-exists] Pod web (standard input:4:8)'), stderr: '' });
  expect(command(['check', '-', '--external', 'gvisr'], BROKEN)).toMatchObject({ status: 0, stderr: '' });
});

test('complains on standard error only', () => {
  expect(command(['check'])).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining("missing required argument 'paths'") });
});

test('prints a long report completely into a pipe', () => {
  const pods = Array.from({ length: 3000 }, (_, index) => BROKEN.replace('web', `web-${index}`).replace('gvisr', `class-${index}`)).join('---\n');
  const { stdout } = command(['check', '-'], pods);
  expect(stdout.length).toBeGreaterThan(500_000);
  expect(stdout.slice(-60)).toMatch(/\n3000 objects, 3000 chains, 3000 errors, 0 warnings\n$/);
});

test('ends quietly when its reader has seen enough', () => {
  const script = `set -o pipefail; "${process.execPath}" "${join(folder, 'lib', 'cli', 'main.js')}" check - | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const pods = Array.from({ length: 3000 }, (_, index) => BROKEN.replace('web', `web-${index}`).replace('gvisr', `class-${index}`)).join('---\n');
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { input: pods, encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: 'Pod              Pod web-0\n1\n', stderr: '' });
});
