import { Chart, Testing } from 'cdk8s';
import { DesiredState, GVisorRelease, GVisorRuntime, KataArtifacts, KataRelease, KataRuntime, KataShim, NodeInstaller, type KataRuntimeProps } from '../../src';
import type { ImageArtifactPlan, InstallPlan } from '../../src/installer/install-plan';
import { V4_2_0 } from '../../src/runtime/kata-archives';

// The agent's program is not built where only these tests run.
jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("runs /sandbox-runtimes/agent.js");\n' }));

const DIGEST = `sha256:${'cd'.repeat(32)}`;
const MIRRORED = `registry.example/kata-deploy:4.3.0@${DIGEST}`;
const shims = Object.values(KataShim).filter((value): value is KataShim => value instanceof KataShim);

function synthesized(build: (chart: Chart) => void): { pod: any; plan: InstallPlan } {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  build(chart);
  const manifests = chart.toJson();
  const plan = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-plan'));
  return { pod: manifests.find(({ kind }) => kind === 'DaemonSet').spec.template.spec, plan: JSON.parse(plan.data['plan.json']) };
}

function kata(artifacts: KataArtifacts | undefined, props: Partial<KataRuntimeProps> = {}) {
  return synthesized((chart) => new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, artifacts, ...props }));
}

const named = (list: any[], name: string) => list.find((one) => one.name === name);

test('the archive that Kata publishes is the default', () => {
  const [{ artifact }] = kata(undefined).plan.runtimes;
  expect(artifact).toEqual(kata(KataArtifacts.tarball()).plan.runtimes[0].artifact);
  expect(artifact.kind).toBeUndefined();
  expect(kata(undefined).pod.initContainers.map(({ name }: any) => name)).toEqual(['claim', 'install']);
});

describe('the kata-deploy image', () => {
  test('is the release\'s own by digest, unless another one is named', () => {
    expect(kata(KataArtifacts.image()).plan.runtimes[0].artifact).toMatchObject({ kind: 'image', image: V4_2_0.image.reference });
    expect(V4_2_0.image).toMatchObject({ reference: expect.stringMatching(/^quay\.io\/kata-containers\/kata-deploy:4\.2\.0@sha256:[0-9a-f]{64}$/), sources: 2 });
    expect(kata(KataArtifacts.image(MIRRORED)).plan.runtimes[0].artifact).toMatchObject({ image: MIRRORED });
    const release = KataRelease.of('4.3.0', { image: MIRRORED });
    expect(kata(KataArtifacts.image(), { release }).plan.runtimes[0].artifact).toMatchObject({ image: MIRRORED });
  });

  test('gives the same files in the same folder as the archive, from an archive for each component', () => {
    const [{ artifact, ...rest }] = kata(KataArtifacts.image()).plan.runtimes;
    const [{ artifact: downloaded, ...same }] = kata(undefined).plan.runtimes;
    expect(rest).toEqual(same);
    expect(artifact).toMatchObject({ directory: downloaded.directory, required: downloaded.required, version: downloaded.version });
    const { archives, imageFolder, copies } = artifact as ImageArtifactPlan;
    expect([imageFolder, copies]).toEqual(['/opt/kata-artifacts/tarballs', '/copies/8878e275eeb6']);
    expect(archives.amd64).toEqual({
      names: ['kernel', 'qemu', 'rootfs-image', 'shim-v2-rust', 'virtiofsd'].map((component) => `kata-static-${component}.tar.zst`),
      root: 'opt/kata',
      include: (downloaded as any).archives.amd64.include,
    });
    expect(archives.arm64.names).toContain('kata-static-ovmf.tar.zst');
    // There the guest's image is an initrd, of a component of its own.
    expect(archives.ppc64le.names).toEqual(['kernel', 'qemu', 'rootfs-initrd', 'shim-v2-rust', 'virtiofsd'].map((component) => `kata-static-${component}.tar.zst`));
  });

  test.each(shims)('has an archive of the runtime and one for each component of $name, on each of its architectures', (shim) => {
    const { archives } = KataArtifacts.image()._plan(KataRelease.V4_2_0, shim) as ImageArtifactPlan;
    expect(Object.keys(archives)).toEqual(shim.architectures);
    for (const { names } of Object.values(archives)) {
      expect(names).toContain(`kata-static-shim-v2-${shim.isRuntimeRs ? 'rust' : 'go'}.tar.zst`);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('is copied from by a container that has neither the host nor a token, no network of the host and no capability', () => {
    const { pod } = kata(KataArtifacts.image());
    expect(pod.initContainers.map(({ name }: any) => name)).toEqual(['claim', 'lend', 'copy-8878e275eeb6', 'install']);
    const [lend, copy, install] = ['lend', 'copy-8878e275eeb6', 'install'].map((name) => named(pod.initContainers, name));
    expect(copy).toEqual({
      name: 'copy-8878e275eeb6',
      image: V4_2_0.image.reference,
      command: ['/lent/loader', '--library-path', '/lent/lib', '/lent/node', '/sandbox-runtimes/agent.js', 'copy', '/copies/8878e275eeb6'],
      resources: expect.anything(),
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, privileged: false, readOnlyRootFilesystem: true },
      volumeMounts: [
        { name: 'bundle', mountPath: '/sandbox-runtimes', readOnly: true },
        { name: 'lent', mountPath: '/lent', readOnly: true },
        { name: 'copies-8878e275eeb6', mountPath: '/copies/8878e275eeb6' },
      ],
    });
    expect(lend).toMatchObject({ image: install.image, securityContext: copy.securityContext });
    expect(lend.volumeMounts.map(({ name }: any) => name)).toEqual(['bundle', 'lent']);
    expect(install.volumeMounts).toContainEqual({ name: 'copies-8878e275eeb6', mountPath: '/copies/8878e275eeb6', readOnly: true });
    expect(install.volumeMounts.map(({ name }: any) => name)).not.toContain('lent');
    for (const name of ['lent', 'copies-8878e275eeb6']) expect(named(pod.volumes, name)).toEqual({ name, emptyDir: {} });
    expect(pod).not.toHaveProperty('hostNetwork');
  });

  test('is copied from once for all shims, and two releases are kept apart', () => {
    const { pod, plan } = synthesized((chart) => {
      new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
      new KataRuntime(chart, 'qemu', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image() });
      new KataRuntime(chart, 'clh', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image(), shim: KataShim.CLH_RUNTIME_RS });
      new KataRuntime(chart, 'next', { release: KataRelease.of('4.3.0', { image: MIRRORED }), artifacts: KataArtifacts.image(), suffix: 'next' });
    });
    expect(pod.initContainers.map(({ name }: any) => name)).toEqual(['claim', 'lend', 'copy-8878e275eeb6', 'copy-cdcdcdcdcdcd', 'install']);
    expect(plan.runtimes.map(({ handler, artifact }) => [handler, artifact.directory])).toEqual([
      ['kata-clh-runtime-rs', '/opt/sandbox-runtimes/kata-clh-runtime-rs/4.2.0'],
      ['kata-qemu-runtime-rs', '/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.2.0'],
      ['kata-qemu-runtime-rs-next', '/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.3.0'],
      ['runsc', '/opt/sandbox-runtimes/gvisor/20261005.0'],
    ]);
  });

  test('is not asked for where everything is taken back', () => {
    const { pod } = synthesized((chart) => {
      new NodeInstaller(chart, 'installer', { desiredState: DesiredState.ABSENT });
      new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, artifacts: KataArtifacts.image() });
    });
    expect(pod.initContainers.map(({ name }: any) => name)).toEqual(['claim', 'install']);
    expect(pod.volumes.map(({ name }: any) => name).filter((name: string) => /lent|copies/.test(name))).toEqual([]);
  });

  test('is needed by digest, and has to be named for a release whose image is not known', () => {
    expect(() => KataArtifacts.image('quay.io/kata-containers/kata-deploy:4.2.0')).toThrow('image must be pinned by digest');
    expect(() => kata(KataArtifacts.image(), { release: KataRelease.of('4.3.0') })).toThrow('the kata-deploy image of Kata 4.3.0 is not known; name it by digest');
  });
});

describe('a release that is on the node already', () => {
  test('is looked for, read-only, and needs neither checksum nor room', () => {
    const { pod, plan: { runtimes: [{ artifact, shim, baseConfig, requires, programs }] } } = kata(KataArtifacts.onNode(), { release: KataRelease.of('4.3.0') });
    expect(artifact).toMatchObject({ kind: 'node', directory: '/opt/kata', version: { output: 'version: 4.3.0,' }, files: { amd64: expect.arrayContaining(['libexec/virtiofsd', 'share/kata-qemu/']) } });
    expect(shim).toBe('/opt/kata/runtime-rs/bin/containerd-shim-kata-v2');
    expect(baseConfig!.path).toMatch(/^\/opt\/sandbox-runtimes\/config\//);
    expect(programs).toHaveLength(1);
    expect(requires).not.toHaveProperty('freeBytes');
    // Where the folder is missing the Pod starts all the same, for the other handlers.
    expect(named(pod.volumes, 'host-opt-kata')).toEqual({ name: 'host-opt-kata', hostPath: { path: '/opt/kata', type: 'DirectoryOrCreate' } });
    expect(named(pod.initContainers, 'install').volumeMounts)
      .toContainEqual({ name: 'host-opt-kata', mountPath: '/opt/kata', readOnly: true, recursiveReadOnly: 'IfPossible' });
  });

  test('may lie anywhere in a folder of its own, on every architecture of the shim', () => {
    const [{ artifact }] = kata(KataArtifacts.onNode('/opt/vendor/kata-4')).plan.runtimes;
    expect(artifact).toMatchObject({ directory: '/opt/vendor/kata-4' });
    expect(Object.keys((artifact as any).files)).toEqual(['amd64', 'arm64', 'ppc64le', 's390x']);
  });

  test.each([
    ['opt/kata', 'must be an absolute path'],
    ['/opt/kata/', 'must be an absolute path'],
    ['/opt', 'its container has /opt/sandbox-runtimes itself; keep Kata in a folder of its own such as "/opt/kata"'],
    ['/kata', 'more than Kata lies there'],
    ['/usr/local/kata', 'its container has /usr itself'],
    ['/opt/sandbox-runtimes/kata-qemu/4.2.0', 'its container has /opt/sandbox-runtimes itself'],
    ['/var/lib', 'its container has /var/lib/sandbox-runtimes itself'],
  ])('cannot lie in %s', (folder, message) => {
    expect(() => KataArtifacts.onNode(folder)).toThrow(message);
  });
});

test('a release without a checksum says which other sources there are', () => {
  expect(() => kata(undefined, { release: KataRelease.of('4.3.0') })).toThrow(/for none of them Kata 4\.3\.0 has a checksum of kata-static; .*or get it from the kata-deploy image \(artifacts: KataArtifacts\.image\(\)\)/);
});
