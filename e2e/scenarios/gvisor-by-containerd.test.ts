import { ArtifactMirror } from '../node/artifact-mirror';
import { ContainerClient } from '../node/container-client';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, observerImage, pauseImage } from '../node/images';
import { runInstall } from '../node/installer-run';
import { nodeConfig } from '../node/node-config';
import { observe } from '../node/observations';
import { synthesizeInstaller } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import type { TestContainerOptions, TestPodOptions } from '../node/test-pod';
import { CONFIG_READER_VERSIONS, GVISOR_RELEASE } from '../toolchain';

const RUNC = '';
const GVISOR = 'runsc';

/** The outcome with each handler, or the error of containerd where it starts no container. */
type Seen = { readonly runc: string; readonly gvisor: string };

let mirror: ArtifactMirror;
let archive: GVisorArchive;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  archive = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(archive);
});

afterAll(() => mirror?.stop());

/** What rules say of gVisor that depends on the containerd below it. */
describe.each(CONFIG_READER_VERSIONS)('gVisor on containerd %s', version => {
  let node: TestNode;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    const image = nodeImage();
    node.importImages([pauseImage(), busyboxImage(), observerImage(), image]);
    (await runInstall(node, synthesizeInstaller(mirror, archive), image.reference)).requireReady(GVISOR);
  });

  afterAll(() => node?.stop());

  async function seen(what: string, container: Partial<TestContainerOptions>, pod: Partial<TestPodOptions> = {}): Promise<Seen> {
    const by = async (handler: string) => {
      try {
        return (await observe(node, { handler, what: [what], container, pod }))[what];
      } catch (error) {
        return (error as Error).message;
      }
    };
    return { runc: await by(RUNC), gvisor: await by(GVISOR) };
  }

  test('image-volume: the files of an image are read from 2.1 on', async () => {
    const mounts = [{ containerPath: '/given', image: { image: busyboxImage().reference }, readonly: true }];
    const { runc, gvisor } = await seen('open:/given/bin/busybox', { mounts });
    const expected = ['1.7', '2.0'].includes(version) ? /failed to generate spec: failed to mkdir/ : /^ok$/;
    expect(runc).toMatch(expected);
    expect(gvisor).toMatch(expected);
  });

  test('user-namespace: the handler is said to have user namespaces from 2.2 on', async () => {
    const client = new ContainerClient(node.socket);
    try {
      expect((await client.userNamespaces())[GVISOR] ?? false).toBe(['2.2', '2.3', '2.4'].includes(version));
    } finally {
      client.close();
    }
  });

  // Before 2.3 a Pod with users of its own has to have a network of its own, too.
  if (['2.3', '2.4'].includes(version)) {
    test('user-namespace: no container starts in one', async () => {
      const { runc, gvisor } = await seen('read:/proc/self/uid_map', {}, { userNamespace: true });
      expect(runc).toMatch(/^ *0 +1000000 +65536$/);
      expect(gvisor).toContain('failed to get runtime v2 options');
    });
  }
});
