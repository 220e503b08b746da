import { join } from 'node:path';
import { ReleaseSource } from './release-source';
import { UnpackedFile } from './unpack';
import { FileHashes } from '../host/file-hashes';
import { Host } from '../host/host';

/** The last file that is written into an unpacked release: what it was unpacked from, and what must be there. */
export interface Marker {
  readonly checksum: string;
  readonly root?: string;
  /** Which part of the archive it is; absent: all of it. */
  readonly include?: readonly string[];
  readonly files: readonly UnpackedFile[];
}

const MARKER = '.sandbox-runtimes.json';

/** Says that a folder is complete; to be called when everything else in it is on the disk. */
export function writeMarker(host: Host, directory: string, source: ReleaseSource, files: readonly UnpackedFile[]): void {
  const { id, root, include } = source;
  const marker: Marker = { checksum: id, root, include, files };
  host.write(join(directory, MARKER), `${JSON.stringify(marker, undefined, 2)}\n`, 0o644);
}

/** The marker of a folder, whatever has become of its files; undefined where it was never complete. */
export function readMarker(host: Host, directory: string): Marker | undefined {
  const text = host.read(join(directory, MARKER))?.toString();
  return text === undefined ? undefined : parse(text);
}

/** The marker of a folder whose files all have the size they were unpacked with. */
export function completeMarker(host: Host, directory: string): Marker | undefined {
  const marker = readMarker(host, directory);
  return marker?.files.every(({ path, size }) => host.stat(join(directory, path))?.size === size) ? marker : undefined;
}

/** The file of a release that is no longer the one that was unpacked, if there is one. */
export function changedFile(directory: string, { files }: Marker, hashes: FileHashes): string | undefined {
  return files.map(({ path, sha256 }) => ({ path: join(directory, path), sha256 })).find(({ path, sha256 }) => {
    const now = hashes.of(path);
    return now === undefined || (sha256 !== undefined && now !== sha256);
  })?.path;
}

/** Whether a folder with this marker has all that is wanted of a release; it may have more. */
export function satisfies({ checksum, root, include: had }: Marker, wanted: ReleaseSource): boolean {
  if (checksum !== wanted.id || root !== wanted.root) return false;
  if (had === undefined) return true;
  const has = (path: string) => had.some((part) => part === path || (part.endsWith('/') && path.startsWith(part)));
  return wanted.include !== undefined && wanted.include.every(has);
}

function parse(text: string): Marker | undefined {
  try {
    return JSON.parse(text) as Marker;
  } catch {
    return undefined;
  }
}
