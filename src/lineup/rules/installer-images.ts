import type { ImageArtifactPlan, InstallPlan } from '../../installer/install-plan';
import { archivesFolder, copiesFolder } from '../../installer/installer-image';
import { LENT_NODE, POD_LAYOUT } from '../../installer/pod-layout';
import type { ContainerView, PodView } from '../pod-view';
import type { Rule } from '../rule';

const AGENT = `${POD_LAYOUT.bundle}/agent.js`;
const LEND = 'lend';

/** Image -> installer: install reads what a release needs of an image where it is mounted, or where a container of it has copied that to. */
export const installerImages: Rule = {
  id: 'installer-images',
  *check({ installers }) {
    for (const { daemonSet: object, pod, plan } of installers) {
      for (const message of plan ? problems(pod, plan) : []) {
        yield { object, message };
      }
    }
  },
};

function* problems(pod: PodView, { runtimes, desiredState }: InstallPlan): Generator<string> {
  if (desiredState === 'ABSENT') return;
  const images = runtimes.flatMap(({ artifact }) => (artifact.kind === 'image' ? [artifact] : []));
  yield* mounting(pod, images.filter(isMounted));
  const copied = images.filter((artifact) => !isMounted(artifact));
  if (copied.length) yield* lending(pod);
  for (const artifact of new Map(copied.map((image) => [image.copies, image])).values()) {
    yield* copying(pod, artifact);
  }
  for (const { image, copies } of copied) {
    const copier = copierOf(pod, copies);
    if (copier && copier.image !== image) {
      yield `the container ${copier.name} copies archives of the image ${copier.image} to ${copies}; the plan has there those of ${image}`;
    }
  }
}

/** Whether the plan has the archives where the image itself has them. */
function isMounted({ image, imageFolder, copies }: ImageArtifactPlan): boolean {
  return copies === archivesFolder(image, imageFolder, true);
}

function* mounting(pod: PodView, images: readonly ImageArtifactPlan[]): Generator<string> {
  const install = pod.containers.find(({ name }) => name === 'install');
  for (const image of install ? new Set(images.map((artifact) => artifact.image)) : []) {
    const folder = copiesFolder(image);
    const mount = install!.mounts.find(({ path }) => path === folder);
    const mounted = pod.volumes.get(mount?.volume ?? '')?.image;
    if (mounted !== image) {
      yield `install mounts ${mount ? `${mounted === undefined ? 'no image' : `the image ${mounted}`} at ${folder}` : `nothing at ${folder}`}; the plan has there the image ${image}`;
    }
  }
}

/** Such an image has no program that could copy, so the installer's own lends it one. */
function* lending(pod: PodView): Generator<string> {
  const lender = pod.containers.find(({ name }) => name === LEND);
  if (!lender || volumeAt(pod, lender, POD_LAYOUT.lent, false) === undefined) {
    yield `the container ${LEND} ${lender ? `mounts no emptyDir at ${POD_LAYOUT.lent} for writing` : 'is not there'}; it lends Node.js to the containers that copy archives out of images`;
  } else if (lender.texts.join(' ') !== `node ${AGENT} ${LEND}`) {
    yield `the container ${LEND} runs "${lender.texts.join(' ')}"; it has to run "node ${AGENT} ${LEND}"`;
  }
}

function* copying(pod: PodView, { image, copies }: ImageArtifactPlan): Generator<string> {
  const copier = copierOf(pod, copies);
  if (!copier) {
    yield `no container mounts an emptyDir at ${copies} for writing; one of the image ${image} has to copy its archives there`;
    return;
  }
  const { name, texts } = copier;
  const wanted = [...LENT_NODE, AGENT, 'copy', copies].join(' ');
  if (texts.join(' ') !== wanted) {
    yield `the container ${name} runs "${texts.join(' ')}"; it has to run "${wanted}"`;
  }
  const install = pod.containers.find((container) => container.name === 'install');
  const order = [LEND, name, 'install'].map((one) => pod.containers.findIndex((container) => container.name === one));
  if (order.some((position, index) => index > 0 && position < order[index - 1])) {
    yield `the containers start in the order ${pod.containers.map((container) => container.name).join(', ')}; ${LEND} has to come before ${name}, and that before install`;
  }
  const lent = pod.containers.find((container) => container.name === LEND);
  if (lent && volumeAt(pod, copier, POD_LAYOUT.lent, true) !== volumeAt(pod, lent, POD_LAYOUT.lent, false)) {
    yield `the container ${name} does not mount read-only at ${POD_LAYOUT.lent} what ${LEND} writes there`;
  }
  if (install && volumeAt(pod, install, copies, true) !== volumeAt(pod, copier, copies, false)) {
    yield `install does not mount read-only at ${copies} what ${name} copies there`;
  }
  for (const { path, volume } of copier.mounts) {
    const { hostPath, token } = pod.volumes.get(volume) ?? {};
    if (hostPath !== undefined || token) {
      yield `the container ${name} of somebody else's image mounts ${hostPath === undefined ? 'a token' : `the host's ${hostPath}`} at ${path}; it may have neither`;
    }
  }
}

function copierOf(pod: PodView, copies: string): ContainerView | undefined {
  return pod.containers.find((container) => volumeAt(pod, container, copies, false) !== undefined);
}

/** Name of the emptyDir that a container mounts at a path, read-only or not. */
function volumeAt({ volumes }: PodView, { mounts }: ContainerView, path: string, readOnly: boolean): string | undefined {
  const mount = mounts.find((candidate) => candidate.path === path && candidate.readOnly === readOnly);
  return mount && volumes.get(mount.volume)?.emptyDir ? mount.volume : undefined;
}
