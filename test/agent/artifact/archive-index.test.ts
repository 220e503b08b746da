import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { tar, WrittenEntry } from './tar-writer';
import { unpack } from '../../../agent/artifact/unpack';
import { Host } from '../../../agent/host/host';
import { Refusal } from '../../../agent/refusal';
import { hostTree } from '../host-tree';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

/** An archive in the layout of Kata's: links before and after what they lead to, and much that a shim does not need. */
const KATA: readonly WrittenEntry[] = [
  { name: './' },
  { name: './opt/' },
  { name: './opt/kata/' },
  { name: './opt/kata/VERSION', content: '4.2.0\n' },
  { name: './opt/kata/bin/qemu-system-x86_64', content: 'qemu', mode: 0o755 },
  { name: './opt/kata/bin/qemu-same', type: '1', link: './opt/kata/bin/qemu-system-x86_64' },
  { name: './opt/kata/share/kata-containers/vmlinux.container', type: '2', link: 'vmlinux-6.18.15-186' },
  { name: './opt/kata/share/kata-containers/vmlinux-6.18.15-186', content: 'kernel' },
  { name: './opt/kata/share/kata-containers/kata-containers.img', type: '2', link: '/opt/kata/share/kata-containers/kata-ubuntu-noble.image' },
  { name: './opt/kata/share/kata-containers/kata-ubuntu-noble.image', content: 'image' },
  { name: './opt/kata/share/kata-qemu/qemu/bios.bin', content: 'bios' },
  { name: './opt/kata/share/kata-qemu/qemu/firmware/50.json', content: '{}' },
  { name: './opt/kata/share/kata-qemu/qemu/vgabios.bin', type: '2', link: '../../vgabios/vgabios.bin' },
  { name: './opt/kata/share/kata-qemu/qemu/gone.bin', type: '2', link: 'not-packed.bin' },
  { name: './opt/kata/share/vgabios/vgabios.bin', content: 'vgabios' },
  { name: './opt/kata/share/current', type: '2', link: 'kata-containers' },
  { name: './opt/kata/share/round', type: '2', link: 'about' },
  { name: './opt/kata/share/about', type: '2', link: 'round' },
  { name: './opt/kata/share/out', type: '2', link: '/etc/passwd' },
  { name: './usr/bin/other', content: 'outside of the root' },
];

async function unpacked(include: readonly string[] | undefined, entries = KATA, root = 'opt/kata') {
  const host = new Host(scratch());
  writeFileSync(join(host.root, 'a.tar.zst'), zstdCompressSync(tar(entries)));
  host.makeDirectories('/tree');
  const files = await unpack(host, ['/a.tar.zst'], '/tree', { root, include });
  return { tree: hostTree(join(host.root, 'tree')), files: files.map(({ path }) => path).sort(), at: (path: string) => join(host.root, 'tree', path) };
}

test('unpacks the wanted files and nothing else, with a link what it leads to', async () => {
  const { tree, files, at } = await unpacked(['share/kata-containers/vmlinux.container', 'bin/qemu-system-x86_64']);
  expect(files).toEqual(['bin/qemu-system-x86_64', 'share/kata-containers/vmlinux-6.18.15-186']);
  expect(Object.keys(tree)).toEqual([
    '/', '/bin', '/bin/qemu-system-x86_64', '/share', '/share/kata-containers', '/share/kata-containers/vmlinux-6.18.15-186',
    '/share/kata-containers/vmlinux.container',
  ]);
  expect(readFileSync(at('share/kata-containers/vmlinux.container'), 'utf8')).toBe('kernel');
  for (const folder of ['bin', 'share', 'share/kata-containers']) expect(lstatSync(at(folder)).mode % 0o10000).toBe(0o755);
});

test('lets an absolute link into the folder that the archive was made for lead into the unpacked one', async () => {
  const { at } = await unpacked(['share/kata-containers/kata-containers.img']);
  expect(readlinkSync(at('share/kata-containers/kata-containers.img'))).toBe('kata-ubuntu-noble.image');
});

test('unpacks a folder with all that is in it and what its links lead to, as far as that is packed', async () => {
  const { files, at } = await unpacked(['share/kata-qemu/qemu/']);
  expect(files).toEqual(['share/kata-qemu/qemu/bios.bin', 'share/kata-qemu/qemu/firmware/50.json', 'share/vgabios/vgabios.bin']);
  expect(readlinkSync(at('share/kata-qemu/qemu/gone.bin'))).toBe('not-packed.bin');
});

test('follows links to folders', async () => {
  const { files, at } = await unpacked(['share/current/vmlinux.container']);
  expect(files).toEqual(['share/kata-containers/vmlinux-6.18.15-186']);
  expect(readFileSync(at('share/current/vmlinux.container'), 'utf8')).toBe('kernel');
});

test('unpacks what a hard link is another name of', async () => {
  expect((await unpacked(['bin/qemu-same'])).files).toEqual(['bin/qemu-same', 'bin/qemu-system-x86_64']);
});

test('unpacks all of the root, and nothing outside of it, where no part is named', async () => {
  const entries = KATA.filter(({ name }) => !/(round|about|out)$/.test(name));
  const { files } = await unpacked(undefined, entries);
  expect(files).toHaveLength(8);
  expect(files).toContain('VERSION');
  expect(files).not.toContain('usr/bin/other');
});

test.each([
  ['a file that is not packed', ['VERSION', 'bin/firecracker', 'bin/jailer'], /the archive lacks bin\/firecracker, bin\/jailer: it is not the release/],
  ['a file outside of the root', ['../../usr/bin/other'], /the archive lacks \.\.\/\.\.\/usr\/bin\/other/],
  ['a file where the archive has a folder', ['share/kata-qemu'], /the archive lacks share\/kata-qemu:/],
  ['a folder where the archive has a file', ['VERSION/'], /the archive lacks VERSION\/:/],
  ['a link to something that is not packed', ['share/kata-qemu/qemu/gone.bin'], /the archive lacks share\/kata-qemu\/qemu\/gone\.bin/],
  ['a link that leads back to itself', ['share/round'], /a link that leads back to itself: \.\/opt\/kata\/share\/\w+ -> \w+/],
  ['a link that leaves the folder', ['share/out'], /link that leaves its folder: \.\/opt\/kata\/share\/out -> \/etc\/passwd/],
])('refuses an archive of which %s is wanted', async (_, include, message) => {
  const attempt = unpacked(include);
  await expect(attempt).rejects.toThrow(message);
  await expect(attempt).rejects.toThrow(Refusal);
});

test('gives every wanted file the content that it has when all is unpacked, whatever the links are', async () => {
  const name = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'e/a');
  const link = fc.constantFrom('a', 'b', 'd', 'd/a', 'e', '../a', '../b', '../d/b', '/root/d/a', '.');
  const entry = fc.oneof(
    name.map((path): WrittenEntry => ({ name: `root/${path}`, content: path })),
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'd/a', 'd/c'), link).map(([path, target]): WrittenEntry => ({ name: `root/${path}`, type: '2', link: target })),
  );
  await fc.assert(fc.asyncProperty(fc.uniqueArray(entry, { selector: ({ name: path }) => path, maxLength: 6 }), fc.constantFrom('a', 'c', 'd/a', 'd/c', 'c/a'), async (entries, wanted) => {
    const whole = await unpacked(undefined, entries, 'root').catch(() => undefined);
    const part = await unpacked([wanted], entries, 'root').catch((error: Error) => error);
    if (!whole) return;
    const read = (at: (path: string) => string) => { try { return readFileSync(at(wanted), 'utf8'); } catch { return undefined; } };
    if (part instanceof Error) expect(part).toBeInstanceOf(Refusal);
    expect(part instanceof Error ? undefined : read(part.at)).toBe(read(whole.at));
  }), { numRuns: 150 });
});
