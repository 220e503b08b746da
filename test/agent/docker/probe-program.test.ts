import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeProgram } from '../../../agent/docker/probe-program';
import { ARCHITECTURE } from '../../../agent/host/architecture';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();

test('is a program that this machine\'s kernel runs, and that ends with 0', () => {
  const file = join(scratchFolder(), 'probe');
  writeFileSync(file, probeProgram(ARCHITECTURE), { mode: 0o755 });
  const { status, signal, stdout } = spawnSync(file);
  expect({ status, signal, output: stdout.length }).toEqual({ status: 0, signal: null, output: 0 });
});

test.each([['amd64', 62], ['arm64', 183]])('is built for %s', (architecture, machine) => {
  const program = probeProgram(architecture);
  expect(program.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
  expect(program.readUInt16LE(18)).toBe(machine);
  expect(program.readBigUInt64LE(96)).toBe(BigInt(program.length));
});
