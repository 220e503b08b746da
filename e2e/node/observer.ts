import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPackages } from '../toolchain';

let built: string | undefined;

/** The program of `observer.c`, statically linked. */
export function observer(): string {
  if (built) return built;
  debianPackages({ 'gcc': '/usr/bin/gcc', 'libc6-dev': '/usr/include/stdlib.h', 'linux-libc-dev': '/usr/include/linux/bpf.h' });
  const program = join(mkdtempSync(join(tmpdir(), 'observer-')), 'observe');
  execFileSync('gcc', ['-static', '-O1', '-Wall', '-Werror', '-o', program, join(__dirname, 'observer.c')]);
  built = program;
  return program;
}
