import type { GVisorRelease } from './gvisor-release';
import type { ArtifactSupply } from '../installer/artifact-supply';
import type { ArchivePlan, ArtifactPlan } from '../installer/install-plan';
import { archivesFolder, validateImage } from '../installer/installer-image';
import { validateNodeFolder } from '../installer/node-folder';

/** Folder of an image that has gVisor's archive, and the archive's name in it, which two releases do not share. */
const IMAGE_FOLDER = '/archives';
const archiveOf = (version: string) => `gvisor-${version}.tar.zst`;

type Source =
  | { readonly kind: 'tarball' }
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'node'; readonly folder: string };

/** Where nodes get the files of a gVisor release from. */
export class GVisorArtifacts {
  /**
   * gVisor's published archive: each node downloads it (some 50 MB), from gVisor's releases or the installer's
   * `artifactMirror`, and verifies its SHA-512 before it opens it.
   */
  public static tarball(): GVisorArtifacts {
    return new GVisorArtifacts({ kind: 'tarball' });
  }

  /**
   * An image that has the published archive as `/archives/gvisor-<version>.tar.zst`, for nodes that pull images and download
   * nothing: the container runtime pulls it and verifies its digest, and each node verifies the archive's SHA-512 before it opens it. gVisor publishes none; the Dockerfile in
   * `images/gvisor-release` of this library's repository builds one, for both architectures, after it has verified the
   * archive's SHA-512. Where the installer's `kubernetesVersion` is 1.36 or newer, the installer mounts the image. Else a
   * container of it without token and without any folder of the host copies the archive to an emptyDir.
   *
   * Throws where the reference is not pinned by digest. The architectures are those that the release has checksums for.
   *
   * @param reference the image by digest, such as `registry.example/gvisor-release:20261005.0@sha256:...`
   */
  public static image(reference: string): GVisorArtifacts {
    return new GVisorArtifacts({ kind: 'image', reference: validateImage(reference) });
  }

  /**
   * A release that is on the nodes already, because their image was built with it, as the archive has it: `runsc`,
   * `containerd-shim-runsc-v1` and the programs in `gvisor-bin`. The installer looks whether it is the release, with all
   * of them, before anything is written; it neither changes nor removes any of it. A node without it does not get the
   * runtime: it is labelled `failed`, and other runtimes go on.
   *
   * Throws where the folder is one that the installer's container has itself, such as `/usr/local/bin`.
   *
   * @param folder absolute path of the folder, such as `/opt/gvisor`
   */
  public static onNode(folder: string): GVisorArtifacts {
    return new GVisorArtifacts({ kind: 'node', folder: validateNodeFolder(folder, 'GVisorArtifacts.onNode()', 'gVisor', '/opt/gvisor') });
  }

  private constructor(private readonly source: Source) {}

  /**
   * How the node agent gets a release.
   *
   * @internal
   */
  public _plan(release: GVisorRelease, { mirror, mountsImages = false }: ArtifactSupply = {}): ArtifactPlan {
    const { source } = this;
    const downloaded = release._artifact(mirror);
    const { archives: published, ...same } = downloaded;
    switch (source.kind) {
      case 'tarball':
        return downloaded;
      case 'image': {
        const { reference: image } = source;
        const copies = archivesFolder(image, IMAGE_FOLDER, mountsImages);
        const name = archiveOf(release.version);
        const archive = ({ checksum }: ArchivePlan) => ({ names: [name], checksums: { [name]: checksum } });
        const archives = Object.fromEntries(Object.entries(published).map(([arch, one]) => [arch, archive(one)]));
        return { kind: 'image', ...same, image, imageFolder: IMAGE_FOLDER, copies, archives };
      }
      case 'node': {
        const files = Object.fromEntries(release.architectures.map((arch) => [arch, same.required]));
        return { kind: 'node', ...same, directory: source.folder, files };
      }
    }
  }
}
