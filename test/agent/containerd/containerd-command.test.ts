import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configFileOf, containerdCommand, resolveBelowUsr } from '../../../agent/containerd/containerd-command';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

/** The head of a 64-bit program, with a loader or without. */
function program(loader?: string): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(loader ? 1 : 0, 56);
  bytes.writeUInt32LE(3, 64);
  bytes.writeBigUInt64LE(128n, 64 + 8);
  bytes.writeBigUInt64LE(BigInt((loader?.length ?? 0) + 1), 64 + 32);
  bytes.write(`${loader ?? ''}\0`, 128);
  return bytes;
}

/** A host's /usr with these files and links. */
function usr(files: { readonly [path: string]: Buffer | string }): string {
  const root = scratch();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof content === 'string') symlinkSync(content, join(root, path)); else writeFileSync(join(root, path), content);
  }
  return root;
}

const CANDIDATES = ['/usr/local/bin/containerd', '/usr/bin/containerd'];

test('a static program runs as it is', () => {
  const root = usr({ 'bin/containerd': program() });
  expect(containerdCommand(root, undefined, CANDIDATES)).toEqual({ binary: '/usr/bin/containerd', command: [`${root}/bin/containerd`] });
});

test('the one that the unit starts is taken, whatever else there is', () => {
  const root = usr({ 'bin/containerd': program(), 'local/bin/containerd': program() });
  expect(containerdCommand(root, undefined, CANDIDATES).binary).toBe('/usr/local/bin/containerd');
  expect(containerdCommand(root, ['/usr/bin/containerd', '--log-level', 'info'], CANDIDATES).binary).toBe('/usr/bin/containerd');
});

test("a dynamically linked one runs through the host's loader, with the host's libraries", () => {
  const root = usr({
    'bin/containerd': program('/lib64/ld-linux-x86-64.so.2'),
    // Debian's link is absolute: followed inside the Pod it would lead to the image's loader.
    'lib64/ld-linux-x86-64.so.2': '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
    'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2': Buffer.from('loader'),
    'lib/x86_64-linux-gnu/libc.so.6': Buffer.from('libc'),
  });
  expect(containerdCommand(root, undefined, CANDIDATES).command).toEqual([
    `${root}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`,
    '--library-path', `${root}/lib/x86_64-linux-gnu:${root}/lib64:${root}/lib`,
    `${root}/bin/containerd`,
  ]);
});

test.each([
  ['nothing there', {}, undefined, 'no containerd found on the host: looked for /usr/local/bin/containerd, /usr/bin/containerd; give the installer the platform of these nodes, with the path of its binary'],
  ['a path outside /usr', { 'bin/containerd': program() }, ['/opt/bin/containerd'], /^containerd is started from \/opt\/bin\/containerd, which the installer cannot see/],
  ['a script', { 'bin/containerd': Buffer.from('#!/bin/sh\n'.padEnd(100)) }, undefined, /^\/usr\/bin\/containerd is not a 64-bit Linux program: .* Let the unit start containerd itself, not a script$/],
  ['a loader that is elsewhere', { 'bin/containerd': program('/nix/store/x/ld.so') }, undefined, /needs the loader \/nix\/store\/x\/ld.so, which is not below the host's \/usr/],
])('refuses %s', (_, files, running, message) => {
  const root = usr(files);
  expect(() => containerdCommand(root, running, CANDIDATES)).toThrow(message);
});

test('follows links as the host would', () => {
  const root = usr({ 'bin/containerd': '../libexec/containerd', 'libexec': '/usr/lib/exec', 'lib/exec/containerd': program(), 'bin/out': '/opt/x', 'bin/loop': 'loop' });
  expect(resolveBelowUsr(root, '/usr/bin/containerd')).toBe(`${root}/lib/exec/containerd`);
  expect(resolveBelowUsr(root, '/bin/containerd')).toBe(`${root}/lib/exec/containerd`);
  expect(['/usr/bin/out', '/usr/bin/loop', '/usr/bin/none', '/usr/../opt/x'].map((path) => resolveBelowUsr(root, path))).toEqual([undefined, undefined, undefined, undefined]);
});

test.each([
  [['/usr/bin/containerd'], '/etc/containerd/config.toml'],
  [['/usr/bin/containerd', '-c', '/a.toml', '-l', 'info'], '/a.toml'],
  [['/usr/bin/containerd', '--config=/b.toml'], '/b.toml'],
  [['/usr/bin/containerd', '--root', '/x', '-config', '/c.toml'], '/c.toml'],
  [['/usr/bin/containerd', '--config', '${CONTAINERD_CONFIG}'], '/d.toml'],
  [['/usr/bin/containerd', '--config=$CONTAINERD_CONFIG'], '/d.toml'],
  [['/usr/bin/containerd', '-c', '$UNKNOWN'], '$UNKNOWN'],
])('%j reads %s', (argv, file) => {
  expect(configFileOf(argv, { CONTAINERD_CONFIG: '/d.toml' })).toBe(file);
});
