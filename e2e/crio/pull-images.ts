import { ContainerClient } from '../node/container-client';
import type { ImageArchive } from '../node/images';

/** As the kubelet's pulls would have. */
export async function pullImages(socket: string, images: readonly ImageArchive[]): Promise<void> {
  const client = new ContainerClient(socket);
  try {
    for (const { reference } of images) await client.pullImage(reference);
  } finally {
    client.close();
  }
}
