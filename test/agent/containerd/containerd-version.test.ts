import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareContainerdVersions, configVersionOf, containerdVersion, mergesDropIns, parseContainerdVersion } from '../../../agent/containerd/containerd-version';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

function program(script: string): string[] {
  const file = join(scratch(), 'containerd');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return [file];
}

test.each([
  ['containerd github.com/containerd/containerd/v2 2.2.9+unknown ', '2.2.9+unknown'],
  ['containerd github.com/containerd/containerd/v2 v2.1.4-k3s1 deadbeef', '2.1.4-k3s1'],
  ['containerd containerd.io 1.7.27 05044ec0a9a75232cad458027ca83437aae3f4da', '1.7.27'],
  ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+b1', '1.6.20~ds1'],
])('reads the version of %j', async (line, version) => {
  expect(await containerdVersion(program(`echo '${line}'`))).toBe(version);
});

test('says what a program printed that is no containerd', async () => {
  await expect(containerdVersion(program('echo hello'))).rejects.toThrow(/containerd --version printed "hello", which names no containerd version/);
});

test('says how a program failed', async () => {
  await expect(containerdVersion(program('echo one >&2; echo two >&2; exit 3'))).rejects.toThrow(/containerd --version failed with exit code 3: one \| two$/);
  await expect(containerdVersion(['/nowhere/containerd'])).rejects.toThrow(/cannot be started/);
});

test('compares by number', () => {
  expect(compareContainerdVersions('1.7.9', '1.7.27')).toBeLessThan(0);
  expect(compareContainerdVersions('2.0.0', '1.7.27')).toBeGreaterThan(0);
  expect(compareContainerdVersions('v2.2.9+unknown', '2.2.9')).toBe(0);
  expect(() => compareContainerdVersions('latest', '2.0.0')).toThrow('"latest" is not a containerd version: use one that says major.minor.patch, such as 2.2.9');
  expect(parseContainerdVersion('2.2')).toBeUndefined();
});

test.each([['1.6.20', 2, false], ['1.7.35', 2, false], ['2.0.0', 3, true], ['2.2.9', 3, true], ['2.3.0', 4, true], ['2.4.1', 4, true]])(
  'containerd %s reads configuration version %d at most; merges drop-ins: %s', (version, highest, merges) => {
    expect([configVersionOf(version), mergesDropIns(version)]).toEqual([highest, merges]);
  });
