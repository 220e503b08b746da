import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { metadata, paxRecord, tar, tarEntry, withChecksum, WrittenEntry } from './tar-writer';
import { unpack } from '../../../agent/artifact/unpack';
import { Host } from '../../../agent/host/host';
import { Refusal } from '../../../agent/refusal';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

/** Unpacks an archive below `/tree`, beside which there is a file that no archive may reach. */
async function unpackInto(root: string, archive: Buffer, compressed = zstdCompressSync(archive)) {
  const host = new Host(root);
  writeFileSync(join(root, 'a.tar.zst'), compressed);
  writeFileSync(join(root, 'outside'), 'untouched');
  host.makeDirectories('/tree');
  return unpack(host, ['/a.tar.zst'], '/tree');
}

const permissions = (path: string) => lstatSync(path).mode % 0o10000;

test('unpacks files, folders and links with the permissions that runsc needs', async () => {
  const root = scratch();
  const files = await unpackInto(root, tar([
    { name: './', mode: 0o700 },
    { name: './runsc', content: 'program', mode: 0o700 },
    { name: './gvisor-bin/', mode: 0o700 },
    { name: './gvisor-bin/gvisor_sentry', content: 'sentry', mode: 0o4755 },
    { name: './share/doc/README', content: 'text', mode: 0o600 },
    { name: './bin/latest', type: '2', link: '../runsc' },
    { name: './hard', type: '1', link: './runsc' },
  ]));
  const tree = join(root, 'tree');
  const sha256 = (path: string) => createHash('sha256').update(readFileSync(join(tree, path))).digest('hex');
  expect(files).toEqual([
    { path: 'runsc', size: 7 }, { path: 'gvisor-bin/gvisor_sentry', size: 6 }, { path: 'share/doc/README', size: 4 }, { path: 'hard', size: 7 },
  ].map((file) => ({ ...file, sha256: sha256(file.path) })));
  expect(readFileSync(join(tree, 'runsc'), 'utf8')).toBe('program');
  expect(readFileSync(join(tree, 'hard'), 'utf8')).toBe('program');
  expect(readlinkSync(join(tree, 'bin/latest'))).toBe('../runsc');
  for (const directory of ['gvisor-bin', 'share', 'share/doc', 'bin']) expect(permissions(join(tree, directory))).toBe(0o755);
  expect(permissions(join(tree, 'runsc'))).toBe(0o755);
  expect(permissions(join(tree, 'gvisor-bin/gvisor_sentry'))).toBe(0o755);
  expect(permissions(join(tree, 'share/doc/README'))).toBe(0o644);
});

test.each(['gnu', 'pax'] as const)('reads names that are too long for a header from a %s header', async (longNames) => {
  const root = scratch();
  const name = `${'long/'.repeat(30)}ünïcode`;
  await unpackInto(root, tar([{ name, content: 'x' }, { name: 'link', type: '2', link: name }], longNames));
  expect(readFileSync(join(root, 'tree', name), 'utf8')).toBe('x');
  expect(readlinkSync(join(root, 'tree/link'))).toBe(name);
});

test('reads a size from a pax header and a binary size', async () => {
  const root = scratch();
  const inPax = Buffer.concat([metadata('x', Buffer.from(paxRecord(['size', '3']))), tarEntry({ name: 'pax', content: 'abc', size: 0 })]);
  const binary = tarEntry({ name: 'binary', content: 'abcd' });
  binary.fill(0, 124, 136);
  binary.writeUInt8(0x80, 124);
  binary.writeUInt8(4, 135);
  await unpackInto(root, Buffer.concat([inPax, withChecksum(binary), tar([])]));
  expect(readFileSync(join(root, 'tree/pax'), 'utf8')).toBe('abc');
  expect(readFileSync(join(root, 'tree/binary'), 'utf8')).toBe('abcd');
});

test('reads all frames of an archive that was compressed in parts', async () => {
  const root = scratch();
  const archive = tar([{ name: 'a', content: 'a'.repeat(3000) }, { name: 'b', content: 'b'.repeat(3000) }]);
  const skippable = Buffer.from('502a4d1804000000aabbccdd', 'hex');
  const parts = [skippable, zstdCompressSync(archive.subarray(0, 2000)), skippable, zstdCompressSync(archive.subarray(2000))];
  await unpackInto(root, archive, Buffer.concat(parts));
  expect(readFileSync(join(root, 'tree/b'), 'utf8')).toBe('b'.repeat(3000));
});

const file = { name: 'bin/runsc', content: 'program' };
const refused: readonly [sentence: string, archive: Buffer | readonly WrittenEntry[], message: RegExp][] = [
  ['an entry that climbs out', [{ name: '../outside', content: 'x' }], /outside of its folder: "\.\.\/outside"/],
  ['an entry that climbs out after going in', [{ name: 'a/../../outside', content: 'x' }], /outside of its folder/],
  ['an absolute entry', [{ name: '/outside', content: 'x' }], /outside of its folder: "\/outside"/],
  ['an entry without a name', [{ name: '', content: 'x' }], /outside of its folder: ""/],
  ['an absolute link', [{ name: 'l', type: '2', link: '/etc/passwd' }], /link that leaves its folder: l -> \/etc\/passwd/],
  ['a link that climbs out', [{ name: 'd/l', type: '2', link: '../../outside' }], /link that leaves its folder/],
  ['a link to the folder above', [{ name: 'l', type: '2', link: '..' }], /link that leaves its folder/],
  ['a link to nothing', [{ name: 'l', type: '2', link: '' }], /link that leaves its folder/],
  ['a link that climbs out through another link', [{ name: 'd/up', type: '2', link: '..' }, { name: 'l', type: '2', link: 'd/up/../outside' }],
    /link that leaves its folder: l -> d\/up\/\.\.\/outside/],
  ['a file written through a link', [{ name: 'd', type: '2', link: '.' }, { name: 'd/f', content: 'x' }], /entry below a symlink: d\/f/],
  ['a file below a file', [file, { name: 'bin/runsc/f', content: 'x' }], /entry below a file/],
  ['a hard link that climbs out', [{ name: 'l', type: '1', link: '../outside' }], /outside of its folder/],
  ['a hard link to a link', [{ name: 's', type: '2', link: 'x' }, { name: 'l', type: '1', link: 's' }], /hard link to something that is no file before it/],
  ['a hard link to a file that is not there', [{ name: 'l', type: '1', link: 'later' }, { name: 'later' }], /no file before it: l -> later/],
  ['two entries with one name', [file, { ...file, name: './bin//runsc' }], /two entries named \.\/bin\/\/runsc/],
  ['a file in place of a folder', [{ name: 'bin/runsc/' }, file], /two entries named bin\/runsc/],
  ['a character device', [{ name: 'null', type: '3' }], /a character device: null/],
  ['a block device', [{ name: 'sda', type: '4' }], /a block device: sda/],
  ['a fifo', [{ name: 'pipe', type: '6' }], /a fifo: pipe/],
  ['a sparse file', [{ name: 'hole', type: 'S' }], /a sparse file: hole/],
  ['an unknown type', [{ name: 'what', type: 'Z' }], /unknown type "Z": what/],
  ['a name from a pax header that climbs out', Buffer.concat([metadata('x', Buffer.from(paxRecord(['path', '../outside']))), tar([file])]), /outside of its folder/],
  ['a name from a GNU header that climbs out', Buffer.concat([metadata('L', Buffer.from('../outside\0')), tar([file])]), /outside of its folder/],
  ['a pax header that cannot be read', Buffer.concat([metadata('x', Buffer.from('99 path=a\n')), tar([file])]), /unreadable pax header/],
  ['a pax header that describes a sparse file', Buffer.concat([metadata('x', Buffer.from(paxRecord(['GNU.sparse.major', '1']))), tar([file])]), /sparse file/],
  ['a header of many megabytes', Buffer.concat([metadata('x', Buffer.alloc(2_000_000)), tar([file])]), /a header of 2000000 bytes/],
  ['a header that does not match its checksum', (() => { const bytes = tar([file]); bytes[0] += 1; return bytes; })(), /does not match its checksum/],
  ['an archive that ends within a file', tar([{ name: 'f', content: 'x'.repeat(2000) }]).subarray(0, 1024), /cut off/],
  ['an archive that ends within a header', tar([file]).subarray(0, 300), /cut off/],
  ['an archive without its end', tarEntry(file), /cut off: it does not end with two empty blocks/],
  ['an empty archive', Buffer.alloc(0), /cut off/],
  ['something after the end', Buffer.concat([tar([file]), tarEntry({ name: 'late' })]), /something follows its end/],
];

test.each(refused)('refuses %s', async (_, archive, message) => {
  const root = scratch();
  const attempt = unpackInto(root, Buffer.isBuffer(archive) ? archive : tar(archive as WrittenEntry[]));
  await expect(attempt).rejects.toThrow(message);
  await expect(attempt).rejects.toThrow(Refusal);
  expect(readFileSync(join(root, 'outside'), 'utf8')).toBe('untouched');
  expect(readdirSync(root).sort()).toEqual(['a.tar.zst', 'outside', 'tree']);
});

test.each([
  ['is cut off', (zst: Buffer) => zst.subarray(0, zst.length - 1), /cut off in the middle of its compressed data/],
  ['is followed by something else', (zst: Buffer) => Buffer.concat([zst, Buffer.from('garbage')]), /no frame at byte/],
  ['is empty', () => Buffer.alloc(0), /it has no frame/],
  ['is no zstd', () => Buffer.from('<html>not found</html>'), /no frame at byte 0/],
])('refuses compressed data that %s', async (_, spoil, message) => {
  const attempt = unpackInto(scratch(), tar([]), spoil(zstdCompressSync(tar([{ name: 'f', content: 'x'.repeat(5000) }]))));
  await expect(attempt).rejects.toThrow(message);
  await expect(attempt).rejects.toThrow(Refusal);
});

test('refuses compressed data that cannot be decompressed', async () => {
  const compressed = zstdCompressSync(tar([{ name: 'f', content: Array.from({ length: 5000 }, (_, i) => String(i)).join() }]));
  compressed.fill(0xff, 12, 40);
  await expect(unpackInto(scratch(), tar([]), compressed)).rejects.toThrow(/the archive is c/);
});

test('refuses a file that is larger than the free disk before it writes it', async () => {
  const huge = tarEntry({ name: 'huge' });
  huge.write('77777777777\0', 124, 'latin1');
  const host = new Host(scratch());
  host.freeBytes = () => 1000;
  writeFileSync(host.at('/a.tar.zst'), zstdCompressSync(withChecksum(huge)));
  host.makeDirectories('/tree');
  await expect(unpack(host, ['/a.tar.zst'], '/tree')).rejects.toThrow('no room for huge: it has 8589934591 bytes, and 1000 are free on the disk of /tree');
  expect(host.list('/tree')).toEqual([]);
});

test('never touches anything outside, whatever the entries are', async () => {
  const part = fc.constantFrom('a', 'b', 'd', '.', '..', '', 'outside');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const entry = fc.record({ name: path, type: fc.constantFrom('0', '1', '2', '5'), link: path, content: fc.constant('') });
  await fc.assert(fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
    const root = scratch();
    await unpackInto(root, tar(entries)).catch((error) => expect(error).toBeInstanceOf(Refusal));
    expect(readdirSync(root).sort()).toEqual(['a.tar.zst', 'outside', 'tree']);
    expect(readFileSync(join(root, 'outside'), 'utf8')).toBe('untouched');
    expect(lstatSync(join(root, 'outside')).nlink).toBe(1);
  }), { numRuns: 300 });
});
