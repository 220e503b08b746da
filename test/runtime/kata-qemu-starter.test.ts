import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { qemuStarter } from '../../src/runtime/kata-qemu-starter';
import { KataShim } from '../../src/runtime/kata-shim';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kata-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function program(path: string, text: string): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

/** A stand-in for QEMU that prints its name and its arguments, one in a line. */
const PRINTS = '#!/bin/sh\necho "$0"\nprintf "%s\\n" "$@"\n';

test.each([
  [KataShim.QEMU_RUNTIME_RS, 'bin/qemu-system-x86_64', 'share/kata-qemu/qemu'],
  [KataShim.QEMU_RUNTIME_RS, 'bin/qemu-system-aarch64', 'share/kata-qemu/qemu'],
  [KataShim.QEMU_RUNTIME_RS, 'bin/qemu-system-ppc64', 'share/kata-qemu/qemu'],
  [KataShim.QEMU_NVIDIA_CPU_RUNTIME_RS, 'bin/qemu-system-x86_64-no-shared-fs', 'share/kata-qemu-no-shared-fs/qemu'],
  [KataShim.QEMU_NVIDIA_GPU_SNP, 'bin/qemu-system-x86_64-snp-experimental', 'share/kata-qemu-snp-experimental/qemu'],
])('starts the release\'s QEMU with each argument as it is and the release\'s firmware', (shim, qemu, firmware) => {
  const started = program(qemu, PRINTS);
  const starter = program('starter', qemuStarter(shim, directory)!);
  const output = execFileSync(starter, ['-name', 'a b', '', '$HOME'], { env: {} }).toString();
  expect(output).toBe([started, '-name', 'a b', '', '$HOME', '-L', join(directory, firmware), ''].join('\n'));
});

test('is replaced by QEMU, which the shim then stops by its process id', () => {
  program('bin/qemu-system-x86_64', '#!/bin/sh\necho $$\n');
  const { pid, stdout } = spawnSync(program('starter', qemuStarter(KataShim.QEMU, directory)!));
  expect(stdout.toString().trim()).toBe(String(pid));
});

test('says where QEMU should be if there is none', () => {
  const { status, stderr } = spawnSync(program('starter', qemuStarter(KataShim.QEMU, directory)!));
  expect([status, stderr.toString()]).toEqual([127, `no QEMU in ${directory}/bin\n`]);
});

test('there is none for shims with another monitor', () => {
  const others = [KataShim.CLH, KataShim.DRAGONBALL, KataShim.FC, KataShim.REMOTE];
  expect(others.filter((shim) => qemuStarter(shim, directory) !== undefined)).toEqual([]);
});
