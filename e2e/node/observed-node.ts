import { ArtifactMirror } from './artifact-mirror';
import { gvisorArchive } from './gvisor-archive';
import { busyboxImage, nodeImage, OBSERVER_IMAGE, observerImage, pauseImage } from './images';
import { runInstall } from './installer-run';
import { nodeConfig } from './node-config';
import { observe, type Observed, type Outcomes } from './observations';
import { addGVisor, gvisorReleaseOf, synthesize } from './synthesized-installer';
import { TestNode } from './test-node';
import type { TestContainerOptions, TestPodOptions } from './test-pod';
import { SECCOMP_PROFILE } from '../../agent/cri/cri-messages';
import { GVisorRuntime, RunscFileAccess, RunscHostUds, RunscNetwork } from '../../src';
import { GVISOR_RELEASE } from '../toolchain';

/** Handlers of the node: of the two besides the plain one, the first hands on annotations, the other lifts what rules say. */
export const RUNC = '';
export const GVISOR = 'runsc';
export const ANNOTATED = 'runsc-annotated';
export const OPEN = 'runsc-open';

const CONTAINERD = '2.3';
const UNCONFINED = { seccomp: { profileType: SECCOMP_PROFILE.UNCONFINED } };

/** A privileged Pod and its container, without a filter of system calls. */
export const PRIVILEGED = { pod: { privileged: true }, container: { securityContext: { privileged: true, ...UNCONFINED } } };
/** A container that waits. */
export const SLEEP = { name: 'sleep', image: OBSERVER_IMAGE, command: ['/bin/sleep', '1000'] };

/** A node with runc and gVisor side by side, on which the observer tries what the rules speak of. */
export class ObservedNode {
  static async start(): Promise<ObservedNode> {
    const mirror = await ArtifactMirror.start();
    let node: TestNode | undefined;
    try {
      node = await TestNode.start({ containerd: CONTAINERD, files: nodeConfig(CONTAINERD) });
      await install(node, mirror);
      return new ObservedNode(node, mirror);
    } catch (error) {
      await node?.stop();
      await mirror.stop();
      throw error;
    }
  }

  private constructor(readonly node: TestNode, private readonly mirror: ArtifactMirror) {}

  /** The same observation with each handler. */
  async compare<H extends string>(handlers: readonly H[], observed: Omit<Observed, 'handler'>): Promise<{ [handler in H]: Outcomes }> {
    const entries: [H, Outcomes][] = [];
    for (const handler of handlers) entries.push([handler, await observe(this.node, { ...observed, handler })]);
    return Object.fromEntries(entries) as { [handler in H]: Outcomes };
  }

  /** One thing that is tried with each handler. */
  async tried<H extends string>(handlers: readonly H[], what: string, container?: Partial<TestContainerOptions>, pod?: Partial<TestPodOptions>) {
    const seen = await this.compare(handlers, { what: [what], container, pod });
    return Object.fromEntries(handlers.map(handler => [handler, seen[handler][what]]));
  }

  async stop(): Promise<void> {
    await this.node.stop();
    await this.mirror.stop();
  }
}

async function install(node: TestNode, mirror: ArtifactMirror): Promise<void> {
  const archive = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(archive);
  const image = nodeImage();
  node.importImages([pauseImage(), busyboxImage(), observerImage(), image]);
  const release = gvisorReleaseOf(archive);
  const manifests = synthesize(mirror, chart => {
    addGVisor(chart, archive);
    new GVisorRuntime(chart, 'annotated', {
      release, runtimeClassName: ANNOTATED, handler: ANNOTATED, podAnnotations: ['dev.gvisor.*'], allowWildcardPodAnnotations: true, netRaw: true,
    });
    new GVisorRuntime(chart, 'open', {
      release,
      runtimeClassName: OPEN,
      handler: OPEN,
      allowSuid: true,
      ociSeccomp: true,
      hostUds: RunscHostUds.OPEN,
      network: RunscNetwork.HOST,
      ignoreCgroups: true,
      fileAccessMounts: RunscFileAccess.EXCLUSIVE,
    });
  });
  const installed = await runInstall(node, manifests, image.reference);
  for (const handler of [GVISOR, ANNOTATED, OPEN]) installed.requireReady(handler);
}
