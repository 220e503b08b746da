import { execFile, ExecFileException } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ArchiveFiles, archiveId } from './archive-files';
import { isExecutable } from './bits';
import { changedFile, completeMarker, Marker, satisfies, writeMarker } from './marker';
import { unpack, UnpackedFile } from './unpack';
import { ArchivePlan, ArtifactPlan } from '../../src/installer/install-plan';
import { explained } from '../host/errno';
import { FileHashes } from '../host/file-hashes';
import { Host, unfinishedName } from '../host/host';
import { log } from '../log';
import { Refusal } from '../refusal';

const VERSION_TIMEOUT_MS = 30_000;

/** True where the release is in its folder already, complete. */
export function isStaged(host: Host, artifact: ArtifactPlan, arch: string): boolean {
  const marker = completeMarker(host, artifact.directory);
  return marker !== undefined && satisfies(marker, archiveFor(artifact, arch));
}

/** The archive for an architecture. */
export function archiveFor({ archives }: ArtifactPlan, arch: string): ArchivePlan {
  if (archives[arch]) return archives[arch];
  throw new Refusal(`the release has no archive for ${arch}, only for ${Object.keys(archives).join(', ')}`);
}

/**
 * Brings a release to its folder, unless it is there already, and runs it once. The folder appears complete or not
 * at all; an archive is verified before it is opened.
 *
 * @param shims of the Pods that run, whose files must not change under them; undefined if that is not known.
 */
export async function stageArtifact(
  host: Host, artifact: ArtifactPlan, arch: string, shims: readonly string[] | undefined, files: ArchiveFiles,
): Promise<void> {
  const { directory } = artifact;
  const archive = archiveFor(artifact, arch);
  const staged = intactMarker(host, directory);
  if (staged && satisfies(staged, archive)) {
    checkRequired(host, artifact, directory);
    return checkVersion(host, artifact);
  }
  if (staged && (shims === undefined || shims.some((shim) => shim.startsWith(`${directory}/`)))) {
    throw new Refusal(staged.checksum === archiveId(archive)
      ? `${directory} holds too small a part of its archive for this plan and Pods run from it: remove the Pods first`
      : `${directory} holds another archive of the same version (${staged.checksum}) and Pods run from it: `
        + 'give the new archive a version of its own, or remove the Pods first');
  }
  await unpackBeside(host, artifact, archive, await files.get(archive));
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

async function unpackBeside(host: Host, artifact: ArtifactPlan, archive: ArchivePlan, file: string): Promise<void> {
  const { directory } = artifact;
  const beside = unfinishedName(directory);
  const startedAt = performance.now();
  try {
    host.makeDirectories(dirname(directory));
    host.removeTree(beside);
    host.makeDirectories(beside);
    const files = await unpack(host, file, beside, archive);
    checkRequired(host, artifact, beside);
    writeMarker(host, beside, archive, files);
    // What is in the way is incomplete, or another archive that no Pod runs from.
    host.discard(directory);
    host.rename(beside, directory);
    log('stage', directory, `unpacked ${describeFiles(files)}`, startedAt);
  } catch (error) {
    host.tryTo(() => host.removeTree(beside));
    if (error instanceof Refusal) throw new Refusal(`${archive.url}: ${error.message}`);
    throw explained(error, `unpacking ${archive.url} to ${directory}`);
  }
}

function describeFiles(files: readonly UnpackedFile[]): string {
  const megabytes = files.reduce((sum, { size }) => sum + size, 0) / 1e6;
  return `${files.length} files, ${megabytes.toFixed(1)} MB`;
}

function checkRequired(host: Host, { required }: ArtifactPlan, directory: string): void {
  const missing = required.filter((path) => !isExecutable(host.stat(join(directory, path))?.mode ?? 0));
  if (missing.length) throw new Refusal(`the archive lacks ${missing.join(', ')}, or it is not executable: it is not the release that the plan describes`);
}

/** Proof that the release runs on this node, whose architecture and C library it may not be made for. */
async function checkVersion(host: Host, { directory, version }: ArtifactPlan): Promise<void> {
  const startedAt = performance.now();
  const [program, ...args] = version.command;
  const command = [join(directory, program), ...args];
  const limit = { timeout: VERSION_TIMEOUT_MS };
  const { stdout, stderr } = await promisify(execFile)(host.at(command[0]), args, limit).catch((error: ExecFileException) => {
    if (error.killed) throw new Error(`${command.join(' ')} did not end within ${VERSION_TIMEOUT_MS} ms`);
    // The file is there: what is not is the loader, or the interpreter of a script, that it names.
    const reason = error.code as unknown === 'ENOENT' ? "it is linked to a C library that the installer's image does not have" : error.stderr || error.message;
    throw new Refusal(`${command.join(' ')} does not run on this node: ${reason.trim()}`);
  });
  const output = stdout + stderr;
  if (!output.includes(version.output)) {
    throw new Refusal(`${command.join(' ')} printed ${JSON.stringify(output.trim())} and not ${JSON.stringify(version.output)}: the archive holds another release`);
  }
  log('stage', command.join(' '), `prints ${JSON.stringify(version.output)}`, startedAt);
}
