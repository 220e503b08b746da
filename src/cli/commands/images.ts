import type { LineUpIndex } from '../../lineup/line-up-index';
import { describe, listAt, recordAt, textAt, valueAt, type Manifest } from '../../lineup/manifest';
import { podSpecPath } from '../../workload/pod-spec-path';

/** An image that some object runs. */
export interface ListedImage {
  readonly image: string;
  readonly digest?: string;
  readonly usedBy: readonly string[];
}

/** An archive that nodes download. */
export interface ListedArtifact {
  readonly url: string;
  readonly architecture: string;
  /** `sha512:<hex>` */
  readonly checksum: string;
  readonly handlers: readonly string[];
}

export interface ImageList {
  readonly images: readonly ListedImage[];
  readonly artifacts: readonly ListedArtifact[];
}

/** Collects images while the manifests pass by. */
export class ImageCollector {
  private readonly users = new Map<string, Set<string>>();

  public *watch(manifests: Iterable<Manifest>): Generator<Manifest> {
    for (const manifest of manifests) {
      const path = podSpecPath(manifest.apiVersion, manifest.kind);
      const podSpec = path && valueAt(manifest, ...path);
      for (const container of [...listAt(podSpec, 'initContainers'), ...listAt(podSpec, 'containers')]) {
        this.add(textAt(container, 'image'), manifest);
      }
      for (const volume of listAt(podSpec, 'volumes')) {
        this.add(textAt(volume, 'image', 'reference'), manifest);
      }
      yield manifest;
    }
  }

  /** All that has to be there where there is no network. */
  public list({ runtimes }: LineUpIndex): ImageList {
    const artifacts = new Map<string, ListedArtifact & { handlers: string[] }>();
    for (const { runtime: { handler, artifact } } of runtimes) {
      // A release may also come with an image or lie on the node; then nothing is downloaded.
      for (const [architecture, archive] of Object.entries(recordAt(artifact, 'archives'))) {
        const url = textAt(archive, 'url');
        if (url !== undefined) {
          const checksum = `${textAt(archive, 'checksum', 'algorithm')}:${textAt(archive, 'checksum', 'hex')}`;
          const known = artifacts.get(url) ?? { url, architecture, checksum, handlers: [] };
          known.handlers.push(handler);
          artifacts.set(url, known);
        }
      }
    }
    return {
      images: [...this.users].sort(([one], [other]) => (one < other ? -1 : 1)).map(([image, users]) => {
        const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
        return { image, ...(digest === undefined ? {} : { digest }), usedBy: [...users].sort() };
      }),
      artifacts: [...artifacts.values()].sort((one, other) => (one.url < other.url ? -1 : 1)),
    };
  }

  private add(image: string | undefined, manifest: Manifest): void {
    if (image !== undefined) {
      this.users.set(image, (this.users.get(image) ?? new Set()).add(describe(manifest)));
    }
  }
}
