import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GVisorArtifacts } from '../../src';
import { DockerHost } from '../docker/docker-host';
import { ArtifactMirror } from '../node/artifact-mirror';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { builderImage, busyboxImage, nodeImage, pauseImage } from '../node/images';
import { runInstall } from '../node/installer-run';
import { nodeConfig } from '../node/node-config';
import { addGVisor, synthesize } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod } from '../node/test-pod';
import { GVISOR_RELEASE } from '../toolchain';

const BUILT = `registry.example.test/gvisor-release:${GVISOR_RELEASE}`;
const ARCHITECTURE = { x64: 'amd64', arm64: 'arm64' }[process.arch as string]!;

/** What each of Docker's builders has to be told of the machine and of what is built. */
const BUILDERS = [
  { builder: 'the older builder', environment: 'DOCKER_BUILDKIT=0', told: { FETCHED_ON: `linux/${ARCHITECTURE}`, TARGETARCH: ARCHITECTURE } },
  { builder: 'BuildKit', environment: 'DOCKER_BUILDKIT=1', told: {} },
];

describe.each(BUILDERS)('the Dockerfile of an image with gVisor, built by $builder of Docker Engine of Debian', ({ environment, told }) => {
  let mirror: ArtifactMirror;
  let gvisor: GVisorArchive;
  let host: DockerHost;

  /** What the build printed, and whether it went well. */
  async function build(args: { readonly [name: string]: string } = {}) {
    const all = {
      BASE: builderImage().reference,
      ...told,
      RELEASE: gvisor.release,
      MIRROR: mirror.url,
      [`${ARCHITECTURE.toUpperCase()}_SHA512`]: gvisor.sha512,
      ...args,
    };
    const buildArgs = Object.entries(all).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    return host.run(['env', environment, 'docker', 'build', '--network', 'host', '--tag', BUILT, ...buildArgs, '/gvisor-release']);
  }

  beforeAll(async () => {
    mirror = await ArtifactMirror.start();
    gvisor = await gvisorArchive(GVISOR_RELEASE);
    mirror.serve(gvisor);
    host = await DockerHost.start('debian');
    host.load([builderImage()]);
    cpSync(join(__dirname, '../../images/gvisor-release'), host.path('/gvisor-release'), { recursive: true });
  });

  afterAll(async () => {
    await host?.stop();
    await mirror.stop();
  });

  test.each([
    ['an archive with another checksum', { [`${ARCHITECTURE.toUpperCase()}_SHA512`]: 'ab'.repeat(64) }, 'FAILED'],
    ['a release that is not there', { RELEASE: '20991231.0' }, '404'],
    ['an architecture that gVisor does not have', { TARGETARCH: 's390x' }, 'gVisor has no release for s390x'],
  ])('makes no image of %s', async (_, args, message) => {
    const { exitCode, output } = await build(args);
    expect(output).toContain(message);
    expect(exitCode).not.toBe(0);
    expect(host.docker('images', '--quiet', BUILT)).toBe('');
  });

  test('makes one with the archive and nothing else, from which containerd 2.3 gets gVisor', async () => {
    const { exitCode, output } = await build();
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    host.docker('save', '--output', '/tmp/built.tar', BUILT);
    const node = await TestNode.start({ containerd: '2.3', files: nodeConfig('2.3') });
    try {
      node.importImages([pauseImage(), busyboxImage(), nodeImage(), { archive: readFileSync(host.path('/tmp/built.tar')) }]);
      const reference = `${BUILT}@sha256:${'ab'.repeat(32)}`;
      const props = { artifacts: GVisorArtifacts.image(reference) };
      mirror.requests.length = 0;
      const manifests = synthesize(mirror, chart => addGVisor(chart, gvisor, props), undefined, { kubernetesVersion: '1.36' });
      (await runInstall(node, manifests, nodeImage().reference, { images: { [reference]: BUILT } })).requireReady('runsc');
      expect(mirror.requests).toEqual([]);
      node.exec('mkdir', '/tmp/built');
      node.exec('ctr', '--namespace', 'k8s.io', 'images', 'mount', BUILT, '/tmp/built');
      expect(node.exec('find', '/tmp/built', '-type', 'f')).toBe(`/tmp/built/archives/gvisor-${GVISOR_RELEASE}.tar.zst\n`);
      await (await TestPod.run(node, { name: 'sandboxed', handler: 'runsc' })).remove();
    } finally {
      await node.stop();
    }
  });
});
