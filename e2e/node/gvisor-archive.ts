import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { fileEntry, tar, TarEntry } from './tar';
import { gvisor } from '../toolchain';

/** An archive as gVisor publishes it, and the checksum that a release of it states. */
export interface GVisorArchive {
  readonly release: string;
  readonly content: Buffer;
  readonly sha512: string;
}

/**
 * `gvisor.tar.zstd` of a release in the published layout. The Go module has no sidecars, so `gvisor-bin/` holds no
 * executable; runsc then uses the sentry that is built into it.
 */
export async function gvisorArchive(release: string): Promise<GVisorArchive> {
  const { runsc, shim } = await gvisor(release);
  return archiveOf(release, [
    fileEntry('runsc', runsc),
    fileEntry('containerd-shim-runsc-v1', shim),
    { path: 'gvisor-bin' },
    { path: 'gvisor-bin/README', content: 'The Go module of gVisor has no sidecars.\n' },
  ]);
}

/** Any entries, compressed and with the checksum of the result. */
export function archiveOf(release: string, entries: readonly TarEntry[]): GVisorArchive {
  return withChecksum(release, zstdCompressSync(tar(entries)));
}

/** Bytes that need not be an archive, with the checksum that belongs to them. */
export function withChecksum(release: string, content: Buffer): GVisorArchive {
  return { release, content, sha512: createHash('sha512').update(content).digest('hex') };
}
