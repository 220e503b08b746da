import { execFile, ExecFileException } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isExecutable } from './bits';
import { download } from './download';
import { completeMarker, markerChecksum, writeMarker } from './marker';
import { unpack, UnpackedFile } from './unpack';
import { ArchivePlan, ArtifactPlan } from '../../src/installer/install-plan';
import { explained } from '../host/errno';
import { Host, unfinishedName } from '../host/host';
import { log } from '../log';
import { Refusal } from '../refusal';

const VERSION_TIMEOUT_MS = 30_000;

/**
 * Brings a release to its folder, unless it is there already, and runs it once. The folder appears complete or not
 * at all; an archive is verified before it is opened and removed when it is unpacked.
 *
 * @param shims of the Pods that run, whose files must not change under them; undefined if that is not known.
 */
export async function stageArtifact(host: Host, artifact: ArtifactPlan, arch: string, shims: readonly string[] | undefined): Promise<void> {
  const { directory } = artifact;
  const archive = artifact.archives[arch];
  if (!archive) throw new Refusal(`the release has no archive for ${arch}, only for ${Object.keys(artifact.archives).join(', ')}`);
  const staged = completeMarker(host, directory);
  if (staged?.checksum === markerChecksum(archive)) {
    checkRequired(host, artifact, directory);
    return checkVersion(host, artifact);
  }
  if (staged && (shims === undefined || shims.some((shim) => shim.startsWith(`${directory}/`)))) {
    throw new Refusal(`${directory} holds another archive of the same version (${staged.checksum}) and Pods run from it: `
      + 'give the new archive a version of its own, or remove the Pods first');
  }
  await unpackBeside(host, artifact, archive);
  try {
    await checkVersion(host, artifact);
  } catch (error) {
    host.tryTo(() => host.discard(directory));
    throw error;
  }
}

async function unpackBeside(host: Host, artifact: ArtifactPlan, archive: ArchivePlan): Promise<void> {
  const { directory } = artifact;
  const file = unfinishedName(`${directory}.${archive.format}`);
  const beside = unfinishedName(directory);
  try {
    host.makeDirectories(dirname(directory));
    const downloadedAt = performance.now();
    await download(host, archive, file);
    log('stage', archive.url, `downloaded, ${archive.checksum.algorithm} verified`, downloadedAt);
    const unpackedAt = performance.now();
    host.removeTree(beside);
    host.makeDirectories(beside);
    const files = await unpack(host, file, beside);
    host.removeTree(file);
    checkRequired(host, artifact, beside);
    writeMarker(host, beside, { checksum: markerChecksum(archive), files });
    // What is in the way is incomplete, or another archive that no Pod runs from.
    host.discard(directory);
    host.rename(beside, directory);
    log('stage', directory, `unpacked ${describeFiles(files)}`, unpackedAt);
  } catch (error) {
    host.tryTo(() => host.removeTree(beside));
    host.tryTo(() => host.removeTree(file));
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
    throw new Refusal(`${command.join(' ')} does not run on this node: ${(error.stderr || error.message).trim()}`);
  });
  const output = stdout + stderr;
  if (!output.includes(version.output)) {
    throw new Refusal(`${command.join(' ')} printed ${JSON.stringify(output.trim())} and not ${JSON.stringify(version.output)}: the archive holds another release`);
  }
  log('stage', command.join(' '), `prints ${JSON.stringify(version.output)}`, startedAt);
}
