import { componentFiles, KATA_BUILT_FOR } from './kata-components';
import type { KataShim } from './kata-shim';
import { releaseDirectory } from '../installer/host-layout';
import type { ArchivePart, ArtifactPlan } from '../installer/install-plan';

/**
 * Folder of Kata's own installer image that has the archives, since 4.0.0.
 * Source: kata-containers/kata-containers at 4.0.0 and 4.1.0, tools/packaging/kata-deploy/Dockerfile.
 */
export const KATA_IMAGE_FOLDER = '/opt/kata-artifacts/tarballs';

/** What the plan says of a release wherever its files come from. Each shim has a folder of its own. */
export function kataArtifact(shim: KataShim, version: string, directory = releaseDirectory(shim.handler, version)): Pick<ArtifactPlan, 'directory' | 'required' | 'version'> {
  const programs = shim._facts.components.includes('virtiofsd') ? componentFiles(['virtiofsd'], '') : [];
  return {
    directory,
    required: [shim._program, ...programs].sort(),
    version: { command: [shim._program, '--version'], output: `version: ${version},` },
  };
}

/** What a shim needs of Kata's archives, whichever of them it is in. */
export function kataPart(shim: KataShim, arch: string): Required<ArchivePart> {
  return { root: KATA_BUILT_FOR.slice(1), include: shim._files(arch) };
}

/**
 * The archives in Kata's own installer image that a shim's files are in: one for each component, and one for each runtime.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/tools/packaging/kata-deploy/shim-components.json
 */
export function kataImageArchives(shim: KataShim, arch: string): string[] {
  const { components, componentsOnArm64 = [] } = shim._facts;
  const all = [shim._runtime.component, ...components, ...arch === 'arm64' ? componentsOnArm64 : []].map((component) => (
    // Where the guest's image is an initrd; see kata-components.ts.
    component === 'rootfs-image' && arch === 'ppc64le' ? 'rootfs-initrd' : component
  ));
  return [...new Set(all)].sort().map((component) => `kata-static-${component}.tar.zst`);
}
