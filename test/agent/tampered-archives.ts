import { zstdCompressSync } from 'node:zlib';
import { metadata, paxRecord, tar, tarEntry, withChecksum, WrittenEntry } from './artifact/tar-writer';

/** Bytes that a mirror gives instead of a release. */
export interface TamperedArchive {
  readonly given: string;
  readonly bytes: (published: Buffer) => Buffer;
  /** The plan has the checksum of these bytes: whoever made them could also change what was published. */
  readonly trusted: boolean;
}

const RUNSC: WrittenEntry = { name: 'runsc', content: '#!/bin/sh\necho runsc version release-20261005.0\n', mode: 0o755 };
const SHIM: WrittenEntry = { name: 'containerd-shim-runsc-v1', content: '#!/bin/sh\n', mode: 0o755 };
const SENTRY: WrittenEntry = { name: 'gvisor-bin/gvisor_sentry', content: 'sentry', mode: 0o755 };
const RELEASE = [RUNSC, SHIM, SENTRY];

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = 255 - copy[at];
  return copy;
}

/** A whole release, and one entry more. */
const withEntry = (entry: WrittenEntry) => () => zstdCompressSync(tar([...RELEASE, entry]));

function giant(): Buffer {
  const header = tarEntry({ name: 'giant' });
  header.write('77777777777\0', 124, 'latin1');
  header.writeUInt8(0x80, 124);
  header.writeUInt8(0x7f, 129);
  return withChecksum(header);
}

/** An ELF header of a processor that nobody has any more. */
const foreignProgram = Buffer.concat([Buffer.from('7f454c46020101000000000000000000020000f001000000', 'hex'), Buffer.alloc(200)]);

const UNTRUSTED: readonly [string, (published: Buffer) => Buffer][] = [
  ['its first byte flipped', (bytes) => changed(bytes, 0)],
  ['a byte in the middle flipped', (bytes) => changed(bytes, Math.floor(bytes.length / 2))],
  ['its last byte flipped', (bytes) => changed(bytes, bytes.length - 1)],
  ['its last byte cut off', (bytes) => bytes.subarray(0, -1)],
  ['half of it', (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))],
  ['nothing', () => Buffer.alloc(0)],
  ['a byte more', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
  ['it twice', (bytes) => Buffer.concat([bytes, bytes])],
  ["another release with that one's checksum elsewhere", () => zstdCompressSync(tar(RELEASE))],
  ['an error page', () => Buffer.from('<html>502 Bad Gateway</html>')],
];

const TRUSTED: readonly [string, (published: Buffer) => Buffer][] = [
  ['a page that is no archive', () => Buffer.from('<html>not found</html>')],
  ['compressed data that is cut off', (bytes) => bytes.subarray(0, -5)],
  ['an archive that is cut off before it was compressed', () => zstdCompressSync(tar(RELEASE).subarray(0, 1500))],
  ['an archive that goes on after its end', () => zstdCompressSync(Buffer.concat([tar(RELEASE), tarEntry({ name: 'late' })]))],
  ['a header that does not match its checksum', () => zstdCompressSync(changed(tar(RELEASE), 0))],
  ['an entry in the folder above', withEntry({ name: '../x', content: 'x' })],
  ['an entry that climbs out after going in', withEntry({ name: 'gvisor-bin/../../x', content: 'x' })],
  ['an absolute entry', withEntry({ name: '/etc/containerd/x.toml', content: 'x' })],
  ['a long name that climbs out', () => zstdCompressSync(Buffer.concat([metadata('L', Buffer.from('../x\0')), tar(RELEASE)]))],
  ['a pax name that climbs out', () => zstdCompressSync(Buffer.concat([metadata('x', Buffer.from(paxRecord(['path', '../x']))), tar(RELEASE)]))],
  ['an absolute link', withEntry({ name: 'l', type: '2', link: '/etc/passwd' })],
  ['a link that climbs out', withEntry({ name: 'l', type: '2', link: '../../../etc/containerd' })],
  ['a file written through a link', () => zstdCompressSync(tar([...RELEASE, { name: 'd', type: '2', link: '.' }, { name: 'd/f', content: 'x' }]))],
  ['a hard link that climbs out', withEntry({ name: 'l', type: '1', link: '../../../etc/passwd' })],
  ['a hard link to nothing', withEntry({ name: 'l', type: '1', link: 'nothing' })],
  ['a character device', withEntry({ name: 'null', type: '3' })],
  ['a block device', withEntry({ name: 'sda', type: '4' })],
  ['a fifo', withEntry({ name: 'pipe', type: '6' })],
  ['a sparse file', withEntry({ name: 'hole', type: 'S' })],
  ['two programs of one name', withEntry({ ...RUNSC, name: './runsc' })],
  ['a file of terabytes', () => zstdCompressSync(Buffer.concat([...RELEASE.map((entry) => tarEntry(entry)), giant(), tar([])]))],
  ['a bomb: more zeros than the disk has room for', () => zstdCompressSync(Buffer.concat([giant(), Buffer.alloc(64 * 1024 * 1024)]))],
  ['a header of many megabytes', () => zstdCompressSync(Buffer.concat([metadata('x', Buffer.alloc(2_000_000)), tar(RELEASE)]))],
  ['no shim', () => zstdCompressSync(tar([RUNSC, SENTRY]))],
  ['a shim that cannot be executed', () => zstdCompressSync(tar([RUNSC, { ...SHIM, mode: 0o644 }, SENTRY]))],
  ['a link in place of runsc', () => zstdCompressSync(tar([{ ...RUNSC, name: 'other' }, { name: 'runsc', type: '2', link: 'nothing' }, SHIM, SENTRY]))],
  ['programs for another processor', () => zstdCompressSync(tar([{ ...RUNSC, content: foreignProgram }, SHIM, SENTRY]))],
  ['another release', () => zstdCompressSync(tar([{ ...RUNSC, content: '#!/bin/sh\necho runsc version release-20200101.0\n' }, SHIM, SENTRY]))],
  ['a program that fails', () => zstdCompressSync(tar([{ ...RUNSC, content: '#!/bin/sh\nexit 7\n' }, SHIM, SENTRY]))],
];

export const TAMPERED: readonly TamperedArchive[] = [
  ...UNTRUSTED.map(([given, bytes]) => ({ given, bytes, trusted: false })),
  ...TRUSTED.map(([given, bytes]) => ({ given: `${given}, and the checksum that belongs to it`, bytes, trusted: true })),
];
