import { GVisorArtifacts } from '../../src';
import { ArtifactMirror } from '../node/artifact-mirror';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, filesImage, nodeImage, pauseImage } from '../node/images';
import { Manifest, runInstall } from '../node/installer-run';
import { configDump, nodeConfig, runtimesOf } from '../node/node-config';
import { addGVisor, synthesize, takingBack } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod } from '../node/test-pod';
import { treeSnapshot } from '../node/tree-snapshot';
import { GVISOR_RELEASE } from '../toolchain';

const REFERENCE = `registry.example.test/gvisor-release:${GVISOR_RELEASE}@sha256:${'ab'.repeat(32)}`;
const HERE = `registry.example.test/gvisor-release:${GVISOR_RELEASE}`;
const FOLDER = `/opt/sandbox-runtimes/gvisor/${GVISOR_RELEASE}`;
const OURS = ['/etc/containerd', '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'];

let mirror: ArtifactMirror;
let gvisor: GVisorArchive;

beforeAll(async () => {
  // It serves nothing: whoever asks it for a release fails.
  mirror = await ArtifactMirror.start();
  gvisor = await gvisorArchive(GVISOR_RELEASE);
});

afterAll(() => mirror.stop());

function installer(artifacts: GVisorArtifacts, kubernetesVersion?: string): Manifest[] {
  return synthesize(mirror, chart => addGVisor(chart, gvisor, { artifacts }), undefined, { kubernetesVersion });
}

describe.each(['1.7', '2.2', '2.3'] as const)('gVisor out of an image that has its archive and nothing else on containerd %s', version => {
  let node: TestNode;

  const install = (manifests: readonly Manifest[]) => runInstall(node, manifests, nodeImage().reference, { images: { [REFERENCE]: HERE } });
  const banner = async () => {
    const pod = await TestPod.run(node, { name: 'sandboxed', handler: 'runsc' });
    try {
      const container = await pod.start({ name: 'main', image: busyboxImage().reference, command: ['dmesg'] });
      expect(await container.exit()).toMatchObject({ exitCode: 0 });
      return container.log();
    } finally {
      await pod.remove();
    }
  };

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    node.importImages([pauseImage(), busyboxImage(), nodeImage(), filesImage(HERE, { [`/archives/gvisor-${GVISOR_RELEASE}.tar.zst`]: gvisor.content })]);
  });

  afterAll(() => node?.stop());

  test('is copied by a container with its exact privileges, unpacked, proven and run, with no download', async () => {
    const run = await install(installer(GVisorArtifacts.image(REFERENCE)));
    run.requireReady('runsc');
    expect(run.log).toMatch(new RegExp(`^copy: /copies/abababababab/gvisor-${GVISOR_RELEASE}.tar.zst: [0-9.]+ MB`, 'm'));
    expect(mirror.requests).toEqual([]);
    expect(await banner()).toContain('gVisor');
  });

  // An image volume is mounted by containerd since 2.1.
  if (version !== '1.7') {
    test('is not unpacked again where the image is then mounted as a volume', async () => {
      const before = treeSnapshot(node, FOLDER);
      const run = await install(installer(GVisorArtifacts.image(REFERENCE), '1.36'));
      run.requireReady('runsc');
      expect(run.log).not.toMatch(/^(lend|copy): /m);
      expect(treeSnapshot(node, FOLDER)).toEqual(before);
    });

    test('is read from the mounted image, with no container that copies and with no download', async () => {
      expect((await install(takingBack(installer(GVisorArtifacts.image(REFERENCE), '1.36')))).log).toContain('everything was taken back');
      const run = await install(installer(GVisorArtifacts.image(REFERENCE), '1.36'));
      run.requireReady('runsc');
      expect(run.log).toMatch(new RegExp(`^stage: ${FOLDER}: unpacked \\d+ files`, 'm'));
      expect(run.log).not.toMatch(/^(lend|copy): /m);
      expect(mirror.requests).toEqual([]);
      expect(await banner()).toContain('gVisor');
    });
  }

  test('is refused before anything is written where the image has another release', async () => {
    expect((await install(takingBack(installer(GVisorArtifacts.image(REFERENCE))))).log).toContain('everything was taken back');
    const before = treeSnapshot(node, '/etc/containerd');
    const manifests = synthesize(mirror, chart => addGVisor(chart, { ...gvisor, release: '20260914.0' }, { artifacts: GVisorArtifacts.image(REFERENCE) }));
    expect((await install(manifests)).handler('runsc')).toMatchObject({
      verdict: 'failed', step: 'stage', reason: expect.stringContaining('brought no gvisor-20260914.0.tar.zst from its folder /archives'),
    });
    expect(treeSnapshot(node, '/etc/containerd')).toEqual(before);
  });

  test('is refused before it is opened where its archive is not the one that was published', async () => {
    const before = treeSnapshot(node, '/etc/containerd');
    const published = 'ab'.repeat(64);
    const release = { ...gvisor, sha512: published };
    const manifests = synthesize(mirror, chart => addGVisor(chart, release, { artifacts: GVisorArtifacts.image(REFERENCE) }));
    expect((await install(manifests)).handler('runsc')).toMatchObject({
      verdict: 'failed', step: 'stage', reason: expect.stringContaining(`has the sha512 ${gvisor.sha512}, and the release was published with ${published}: nothing was opened`),
    });
    expect(node.files('/opt/sandbox-runtimes/gvisor')).toEqual([]);
    expect(treeSnapshot(node, '/etc/containerd')).toEqual(before);
  });

  test('may be on the node already: it is used as it is, and stays when everything is taken back', async () => {
    const fromImage = installer(GVisorArtifacts.image(REFERENCE));
    (await install(fromImage)).requireReady('runsc');
    node.exec('sh', '-c', `mkdir -p /opt/gvisor && cp -a ${FOLDER}/. /opt/gvisor && rm /opt/gvisor/.sandbox-runtimes.json`);
    expect((await install(takingBack(fromImage))).log).toContain('everything was taken back');
    const before = treeSnapshot(node, '/opt/gvisor');
    const onNode = installer(GVisorArtifacts.onNode('/opt/gvisor'));
    const run = await install(onNode);
    run.requireReady('runsc');
    expect(run.log).toContain(`preflight: /opt/gvisor/runsc --version: prints "runsc version release-${GVISOR_RELEASE}"`);
    expect(node.files('/opt/sandbox-runtimes/gvisor')).toEqual([]);
    expect(await banner()).toContain('gVisor');
    const again = treeSnapshot(node, ...OURS);
    (await install(onNode)).requireReady('runsc');
    expect(treeSnapshot(node, ...OURS)).toEqual(again);
    expect((await install(takingBack(onNode))).log).toContain('everything was taken back');
    expect(treeSnapshot(node, '/opt/gvisor')).toEqual(before);
    expect(Object.keys(runtimesOf(configDump(node)))).not.toContain('runsc');
    expect(node.files('/opt/sandbox-runtimes')).toEqual([]);
  });
});
