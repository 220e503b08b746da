import { dirname } from 'node:path';
import { ArchiveFiles } from './archive-files';
import { changedFile, completeMarker, Marker, satisfies, writeMarker } from './marker';
import { checkRequired, checkVersion } from './release-check';
import { archiveFor, BroughtArtifactPlan, copiedArchives, ReleaseSource, releaseSource } from './release-source';
import { unpack, UnpackedFile } from './unpack';
import { ArtifactPlan } from '../../src/installer/install-plan';
import { explained } from '../host/errno';
import { FileHashes } from '../host/file-hashes';
import { Host, unfinishedName } from '../host/host';
import { log } from '../log';
import { Refusal } from '../refusal';

/** True where nothing has to be brought: the release is the node's own, or in its folder already, complete. */
export function isStaged(host: Host, artifact: ArtifactPlan, arch: string): boolean {
  if (artifact.kind === 'node') return true;
  const marker = completeMarker(host, artifact.directory);
  return marker !== undefined && satisfies(marker, releaseSource(artifact, arch));
}

/**
 * Brings a release to its folder, unless it is there already, and runs it once. The folder appears complete or not
 * at all; an archive is verified before it is opened.
 *
 * @param shims of the Pods that run, whose files must not change under them; undefined if that is not known.
 */
export async function stageArtifact(
  host: Host, artifact: BroughtArtifactPlan, arch: string, shims: readonly string[] | undefined, files: ArchiveFiles,
): Promise<void> {
  const { directory } = artifact;
  const source = releaseSource(artifact, arch);
  const staged = intactMarker(host, directory);
  if (staged && satisfies(staged, source)) {
    checkRequired(host, artifact, directory);
    return checkVersion(host, artifact);
  }
  if (staged && (shims === undefined || shims.some((shim) => shim.startsWith(`${directory}/`)))) {
    throw new Refusal(staged.checksum === source.id
      ? `${directory} holds too small a part of its archive for this plan and Pods run from it: remove the Pods first`
      : `${directory} holds another archive of the same version (${staged.checksum}) and Pods run from it: `
        + 'give the new archive a version of its own, or remove the Pods first');
  }
  const archives = artifact.kind === 'image' ? copiedArchives(host, artifact, arch) : [await files.get(archiveFor(artifact, arch))];
  await unpackBeside(host, artifact, source, archives);
  try {
    await checkVersion(host, artifact);
  } catch (error) {
    host.tryTo(() => host.discard(directory));
    throw error;
  }
}

/** A release with a file that somebody has changed counts as none, and is unpacked again. */
function intactMarker(host: Host, directory: string): Marker | undefined {
  const marker = completeMarker(host, directory);
  const changed = marker && changedFile(directory, marker, new FileHashes(host));
  if (changed !== undefined) log('stage', changed, 'is not what was unpacked there, so the release is unpacked again');
  return changed === undefined ? marker : undefined;
}

async function unpackBeside(host: Host, artifact: ArtifactPlan, source: ReleaseSource, archives: readonly string[]): Promise<void> {
  const { directory } = artifact;
  const beside = unfinishedName(directory);
  const startedAt = performance.now();
  try {
    host.makeDirectories(dirname(directory));
    host.removeTree(beside);
    host.makeDirectories(beside);
    const files = await unpack(host, archives, beside, source);
    checkRequired(host, artifact, beside);
    writeMarker(host, beside, source, files);
    // What is in the way is incomplete, or another archive that no Pod runs from.
    host.discard(directory);
    host.rename(beside, directory);
    log('stage', directory, `unpacked ${describeFiles(files)}`, startedAt);
  } catch (error) {
    host.tryTo(() => host.removeTree(beside));
    if (error instanceof Refusal) throw new Refusal(`${source.name}: ${error.message}`);
    throw explained(error, `unpacking ${source.name} to ${directory}`);
  }
}

function describeFiles(files: readonly UnpackedFile[]): string {
  const megabytes = files.reduce((sum, { size }) => sum + size, 0) / 1e6;
  return `${files.length} files, ${megabytes.toFixed(1)} MB`;
}
