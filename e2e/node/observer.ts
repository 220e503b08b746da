import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPackages } from '../toolchain';

let built: Buffer | undefined;

/** The program of `observer.c`, statically linked. */
export function observer(): Buffer {
  built ??= build();
  return built;
}

function build(): Buffer {
  debianPackages({ 'gcc': '/usr/bin/gcc', 'libc6-dev': '/usr/include/stdlib.h', 'linux-libc-dev': '/usr/include/linux/bpf.h' });
  const folder = mkdtempSync(join(tmpdir(), 'observer-'));
  try {
    const program = join(folder, 'observe');
    execFileSync('gcc', ['-static', '-O1', '-Wall', '-Werror', '-o', program, join(__dirname, 'observer.c')]);
    return readFileSync(program);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
