import { join } from 'node:path';
import { ArchivePart, ArchivePlan, artifactArchitectures, ArtifactPlan, DownloadedArtifactPlan, ImageArtifactPlan } from '../../src/installer/install-plan';
import { hashOfFile } from '../host/file-hashes';
import { Host } from '../host/host';
import { Refusal } from '../refusal';

/** A release whose files have to be brought to the node. */
export type BroughtArtifactPlan = DownloadedArtifactPlan | ImageArtifactPlan;

/** What a release is unpacked from on one architecture. */
export interface ReleaseSource extends ArchivePart {
  /** What it is known by, wherever it comes from: a checksum, or the digest of an image. */
  readonly id: string;
  /** As messages call it. */
  readonly name: string;
}

export function releaseSource(artifact: BroughtArtifactPlan, arch: string): ReleaseSource {
  if (artifact.kind === undefined) {
    const archive = perArchitecture(artifact, artifact.archives, arch);
    return { id: archiveId(archive), name: archive.url, root: archive.root, include: archive.include };
  }
  const { root, include } = perArchitecture(artifact, artifact.archives, arch);
  return { id: `image@${artifact.image.split('@')[1]}`, name: artifact.image, root, include };
}

/** The archive for an architecture. */
export function archiveFor(artifact: DownloadedArtifactPlan, arch: string): ArchivePlan {
  return perArchitecture(artifact, artifact.archives, arch);
}

/** What an archive is known by, wherever it is downloaded from. */
export function archiveId({ checksum }: ArchivePlan): string {
  return `${checksum.algorithm}:${checksum.hex.toLowerCase()}`;
}

/** Paths of the archives of an image, mounted or brought by the container `copy`; verified where their checksum is known. */
export function copiedArchives(host: Host, artifact: ImageArtifactPlan, arch: string): string[] {
  const { names, checksums } = perArchitecture(artifact, artifact.archives, arch);
  const missing = names.filter((name) => !host.stat(join(artifact.copies, name))?.isFile());
  if (missing.length) {
    throw new Refusal(`the image ${artifact.image} brought no ${missing.join(', ')} from its folder ${artifact.imageFolder} on ${arch}: `
      + 'it is not the image of the release that the plan describes');
  }
  return names.map((name) => {
    const path = join(artifact.copies, name);
    const checksum = checksums?.[name];
    const found = checksum && hashOfFile(host, path, checksum.algorithm);
    if (checksum && found !== checksum.hex.toLowerCase()) {
      throw new Refusal(`${name} of the image ${artifact.image} has the ${checksum.algorithm} ${found}, and the release was published with ${checksum.hex}: `
        + 'nothing was opened; build the image from the published archive, or check the checksum of the release');
    }
    return path;
  });
}

function perArchitecture<T>(artifact: ArtifactPlan, parts: { readonly [arch: string]: T }, arch: string): T {
  if (Object.hasOwn(parts, arch)) return parts[arch];
  throw new Refusal(`the release has no archive for ${arch}, only for ${artifactArchitectures(artifact).join(', ')}`);
}
