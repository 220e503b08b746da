import { POD_LAYOUT } from './pod-layout';

/**
 * Image of the installer's containers: Node.js 24 on Alpine, whose busybox brings `sh`, `sleep` and `flock`. By digest,
 * so that what runs on nodes changes only when this line does.
 *
 * @see https://hub.docker.com/_/node
 */
export const INSTALLER_IMAGE =
  'docker.io/library/node:24.19.0-alpine@sha256:d32cdf619f63fe0471182d08996dd516c6275bb5fd31ae06e55a570bd9e1ad43';

/** @throws if the image is not pinned by digest */
export function validateImage(image: string): string {
  if (!/^[^\s@]+@sha256:[0-9a-f]{64}$/.test(image)) {
    throw new Error(`image must be pinned by digest, as in "${INSTALLER_IMAGE}", got "${image}"; `
      + 'a tag can be moved to other bytes, and these run as root on every node');
  }
  return image;
}

/**
 * Folder of the Pod that has the copies of an image's archives, or where the image itself is mounted. Its last part, which
 * is also in the names of the volume and of the container that copies, is the beginning of the digest: two releases have
 * two folders.
 *
 * @internal
 */
export function copiesFolder(image: string): string {
  return `${POD_LAYOUT.copies}/${image.slice(image.indexOf('@sha256:') + '@sha256:'.length).slice(0, 12)}`;
}

/**
 * Folder of the Pod in which an image's archives are: beside each other where they are copied, and in the image's own
 * folder where it is mounted.
 *
 * @internal
 */
export function archivesFolder(image: string, imageFolder: string, mounted: boolean): string {
  return mounted ? `${copiesFolder(image)}${imageFolder}` : copiesFolder(image);
}
