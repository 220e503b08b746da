import { KATA_IMAGE_FOLDER, kataArtifact, kataImageArchives, kataPart } from './kata-artifact';
import { KATA_BUILT_FOR } from './kata-components';
import type { KataRelease } from './kata-release';
import type { KataShim } from './kata-shim';
import type { ArtifactSupply } from '../installer/artifact-supply';
import type { ArtifactPlan } from '../installer/install-plan';
import { archivesFolder, validateImage } from '../installer/installer-image';
import { validateNodeFolder } from '../installer/node-folder';

type Source =
  | { readonly kind: 'tarball' }
  | { readonly kind: 'image'; readonly reference?: string }
  | { readonly kind: 'node'; readonly folder: string };

/** Where nodes get the files of a Kata release from. */
export class KataArtifacts {
  /**
   * Kata's static tarball: each node downloads the archive of the shim's runtime (1 GB), from Kata's releases or the
   * installer's `artifactMirror`, verifies its SHA-256 before it opens it, and unpacks what the shim needs.
   */
  public static tarball(): KataArtifacts {
    return new KataArtifacts({ kind: 'tarball' });
  }

  /**
   * Kata's own installer image (kata-deploy), for nodes that pull images and download nothing: the container runtime
   * pulls it, from whichever registry the reference names, and verifies its digest. The image's own program is not run.
   * Where the installer's `kubernetesVersion` is 1.36 or newer, the installer mounts the image. Else a container of it
   * without token and without any folder of the host copies the archives of the components that the shim needs to an
   * emptyDir, which the installer reads. Beside the image (1.6 GB) these copies take room on each node, some hundred MB, as
   * long as the installer's Pod is there.
   *
   * Throws where the reference is not pinned by digest. The architectures are those of the shim; Kata publishes the image
   * for all of them.
   *
   * @param reference the image by digest, such as `registry.example/kata-deploy:4.2.0@sha256:...`; the release's own by default
   */
  public static image(reference?: string): KataArtifacts {
    return new KataArtifacts({ kind: 'image', reference: reference === undefined ? undefined : validateImage(reference) });
  }

  /**
   * A release that is on the nodes already, because their image was built with it or another installer brought it, in the
   * layout of Kata's archives. The installer looks whether it is the release, with all that the shim needs, before
   * anything is written; it neither changes nor removes any of it. A node without it does not get the runtime: it is
   * labelled `failed`, and other runtimes go on.
   *
   * Throws where the folder is one that the installer's container has itself, such as one below `/usr`.
   *
   * @param folder absolute path of the folder with `bin`, `share` and so on; `/opt/kata` by default
   */
  public static onNode(folder: string = KATA_BUILT_FOR): KataArtifacts {
    validateNodeFolder(folder, 'KataArtifacts.onNode()', 'Kata', KATA_BUILT_FOR);
    return new KataArtifacts({ kind: 'node', folder });
  }

  private constructor(private readonly source: Source) {}

  /**
   * Architectures that a shim can be had for, sorted.
   *
   * @internal
   */
  public _architectures(release: KataRelease, shim: KataShim): string[] {
    return this.source.kind === 'tarball' ? release.architecturesOf(shim) : shim.architectures;
  }

  /**
   * How the node agent gets what a shim needs of a release.
   *
   * @internal
   */
  public _plan(release: KataRelease, shim: KataShim, { mirror, imageRegistry, mountsImages = false }: ArtifactSupply = {}): ArtifactPlan {
    const { source } = this;
    const byArchitecture = <T>(of: (arch: string) => T) => Object.fromEntries(shim.architectures.map((arch) => [arch, of(arch)]));
    switch (source.kind) {
      case 'tarball':
        return release._artifact(shim, mirror);
      case 'image': {
        const image = source.reference ?? release._image(imageRegistry);
        if (image === undefined) {
          throw new Error(`the kata-deploy image of Kata ${release.version} is not known; name it by digest, as image of KataRelease.of('${release.version}', { ... }) or `
            + `KataArtifacts.image('quay.io/kata-containers/kata-deploy:${release.version}@sha256:...')`);
        }
        const archives = byArchitecture((arch) => ({ names: kataImageArchives(shim, arch), ...kataPart(shim, arch) }));
        return { kind: 'image', ...kataArtifact(shim, release.version), image, imageFolder: KATA_IMAGE_FOLDER, copies: archivesFolder(image, KATA_IMAGE_FOLDER, mountsImages), archives };
      }
      case 'node':
        return { kind: 'node', ...kataArtifact(shim, release.version, source.folder), files: byArchitecture((arch) => shim._files(arch)) };
    }
  }
}
