import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostFiles, withFiles } from '../../../agent/containerd/host-files';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'host-files-'));
  mkdirSync(join(root, 'conf.d'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('reads and lists below the mounted folders only', () => {
  writeFileSync(join(root, 'config.toml'), 'a');
  const files = hostFiles({ '/etc/containerd': root });
  expect(files.read('/etc/containerd/config.toml')?.toString()).toBe('a');
  expect(files.list('/etc/containerd')).toEqual(['conf.d', 'config.toml']);
  expect(files.read('/etc/containerd/none.toml')).toBeUndefined();
  expect(files.list('/etc/containerd/none.d')).toEqual([]);
  expect(files.sees('/etc/containerd/x')).toBe(true);
  expect(files.sees('/etc/containerd.d/x')).toBe(false);
});

test('does not take a link that leads out of its sight for an absent file', () => {
  symlinkSync('/nowhere/on/this/machine.toml', join(root, 'config.toml'));
  expect(() => hostFiles({ '/etc/containerd': root }).read('/etc/containerd/config.toml'))
    .toThrow('/etc/containerd/config.toml is a link to /nowhere/on/this/machine.toml, which the installer cannot see: put a regular file in its place');
});

test('shows a folder as it would be after changes', () => {
  writeFileSync(join(root, 'conf.d/a.toml'), 'a');
  const changed = withFiles(hostFiles({ '/e': root }), new Map([['/e/conf.d/a.toml', undefined], ['/e/conf.d/b.toml', Buffer.from('b')]]));
  expect(changed.list('/e/conf.d')).toEqual(['b.toml']);
  expect(changed.read('/e/conf.d/a.toml')).toBeUndefined();
  expect(changed.read('/e/conf.d/b.toml')?.toString()).toBe('b');
});
