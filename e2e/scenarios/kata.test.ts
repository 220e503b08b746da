import { Chart } from 'cdk8s';
import { KataArtifacts, KataRelease, KataRuntime, KataRuntimeProps, KataShim } from '../../src';
import type { InstallPlan, RuntimePlan } from '../../src/installer/install-plan';
import { ArtifactMirror } from '../node/artifact-mirror';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, filesImage, ImageArchive, nodeImage, pauseImage } from '../node/images';
import { Manifest, one, runInstall } from '../node/installer-run';
import { ARCHITECTURE, KataArchives, kataArchives, kataImageFiles } from '../node/kata-archive';
import { fakedCriDevices } from '../node/kata-devices';
import { configDump, nodeConfig, runtimesOf } from '../node/node-config';
import { addGVisor, synthesize, takingBack } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod } from '../node/test-pod';
import { treeSnapshot } from '../node/tree-snapshot';
import { GVISOR_RELEASE } from '../toolchain';

/*
 * No guest boots on the machines that run this: a stand-in takes the place of Kata's shim. It insists on the files that
 * Kata's shim would need and then runs the Pod with runc. This proves wiring, not isolation. The devices of a node are
 * faked as well: device nodes that nobody opens, in place of what the machine's kernel has.
 */

const RELEASE = '4.2.0';
const RUST = 'kata-qemu-runtime-rs';
const CLH = 'kata-clh-runtime-rs';
const GO = 'kata-qemu';
const KATA = [CLH, GO, RUST];
const FOLDERS = ['/etc/containerd', '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'];

let mirror: ArtifactMirror;
let gvisor: GVisorArchive;
let kata: KataArchives;
let images: ImageArchive[];

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  gvisor = await gvisorArchive(GVISOR_RELEASE);
  kata = await kataArchives(RELEASE);
  mirror.serve(gvisor);
  mirror.serveKata(kata);
  images = [pauseImage(), busyboxImage(), nodeImage()];
});

afterAll(() => mirror.stop());

/** One chart with gVisor and these shims of Kata. */
function installer(...handlers: string[]): Manifest[] {
  const member = { amd64: 'amd64Sha256', arm64: 'arm64Sha256' }[ARCHITECTURE]!;
  const release = KataRelease.of(RELEASE, {
    runtimeRs: { [member]: kata.packages['kata-static'].sha256 },
    goRuntime: { [member]: kata.packages['kata-go-static'].sha256 },
  });
  const runtimes: { [handler: string]: Omit<KataRuntimeProps, 'release'> } = {
    [RUST]: { shim: KataShim.QEMU_RUNTIME_RS, defaultMemory: 512 },
    // One that every containerd has, but that is not its own choice.
    [CLH]: { shim: KataShim.CLH_RUNTIME_RS, snapshotter: 'native' },
    [GO]: { shim: KataShim.QEMU },
  };
  return synthesize(mirror, (chart: Chart) => {
    addGVisor(chart, gvisor);
    for (const handler of handlers) new KataRuntime(chart, handler, { release, ...runtimes[handler] });
  });
}

function planOf(manifests: readonly Manifest[], handler: string): RuntimePlan {
  const { metadata } = one(manifests, 'DaemonSet');
  const plan: InstallPlan = JSON.parse(one(manifests, 'ConfigMap', `${metadata.name}-plan`).data['plan.json']);
  return plan.runtimes.find(runtime => runtime.handler === handler)!;
}

describe.each(['2.2', '2.3'] as const)('gVisor and three shims of Kata (stand-in: wiring, not isolation) on containerd %s', version => {
  let node: TestNode;
  const pods: { [handler: string]: TestPod } = {};

  const install = (manifests: readonly Manifest[]) => runInstall(node, manifests, nodeImage().reference, { devices: fakedCriDevices(node) });
  const starts = () => node.read('/var/log/containerd.log').match(/msg="starting containerd"/g)?.length;
  const filesOf = (handler: string) => [...node.files(`/opt/sandbox-runtimes/${handler}`), ...node.files(`/opt/sandbox-runtimes/config/${handler}`)];
  const seenByStandIn = (pod: TestPod) => JSON.parse(node.read(`/run/containerd/io.containerd.runtime.v2.task/k8s.io/${pod.sandboxId}/stand-in-shim.json`));

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    node.importImages(images);
  });

  afterAll(() => node?.stop());

  test('are installed in one transaction with one restart, from one download of each archive', async () => {
    mirror.requests.length = 0;
    const before = starts()!;
    const run = await install(installer(...KATA));
    for (const handler of ['runsc', ...KATA]) run.requireReady(handler);
    expect(starts()).toBe(before + 1);
    expect(Object.keys(runtimesOf(configDump(node))).sort()).toEqual(['crun', ...KATA, 'runc', 'runsc'].sort());
    expect(mirror.requests.map(path => path.split('/').pop()).sort()).toEqual(
      ['gvisor.tar.zstd', `kata-go-static-${RELEASE}-${ARCHITECTURE}.tar.zst`, `kata-static-${RELEASE}-${ARCHITECTURE}.tar.zst`]);
  });

  test('have only what each of them needs of its archive', () => {
    const folder = `/opt/sandbox-runtimes/${CLH}/${RELEASE}`;
    const guest = `${folder}/share/kata-containers`;
    expect(node.files(folder).sort()).toEqual([
      `${folder}/.sandbox-runtimes.json`,
      `${folder}/bin/cloud-hypervisor`,
      `${folder}/libexec/virtiofsd`,
      `${folder}/runtime-rs/bin/containerd-shim-kata-v2`,
      `${folder}/share/defaults/kata-containers/runtime-rs/configuration-clh-runtime-rs.toml`,
      ...['kata-containers.img', 'kata-ubuntu-noble.image', 'vmlinux-6.18.15-186', 'vmlinux.container', 'vmlinuz-6.18.15-186', 'vmlinuz.container']
        .map(name => `${guest}/${name}`),
    ]);
    expect(node.files('/opt/sandbox-runtimes').filter(path => /firecracker|snp|initrd|\.tmp$/.test(path))).toEqual([]);
  });

  test('run a Pod each, whose container prints something', async () => {
    for (const handler of ['runsc', ...KATA]) {
      pods[handler] = await TestPod.run(node, { name: handler, handler });
      const container = await pods[handler].start({ name: 'main', image: busyboxImage().reference, command: ['echo', 'hello'] });
      expect(await container.exit()).toMatchObject({ exitCode: 0 });
      expect(container.log()).toBe('hello\n');
    }
  });

  test.each(KATA)('hand %s its own configuration, in which every path leads into its own release', handler => {
    const { baseConfig, artifact, shim } = planOf(installer(...KATA), handler);
    const seen = seenByStandIn(pods[handler]);
    expect({ configPath: seen.configPath, shim: seen.shim }).toEqual({ configPath: baseConfig!.path, shim });
    expect(seen.configPath).toMatch(new RegExp(`^/opt/sandbox-runtimes/config/${handler}/${RELEASE}-[0-9a-f]{8}/configuration-${handler.slice(5)}\\.toml$`));
    const [hypervisor] = Object.values<any>(seen.config.hypervisor);
    expect(hypervisor).toMatchObject({
      kernel: `${artifact.directory}/share/kata-containers/vmlinux.container`,
      image: `${artifact.directory}/share/kata-containers/kata-containers.img`,
      virtio_fs_daemon: `${artifact.directory}/libexec/virtiofsd`,
      // Of our drop-in: Kata ships five.
      enable_annotations: [],
      default_memory: handler === RUST ? 512 : 2048,
    });
    expect(JSON.stringify(seen.config)).not.toContain('/opt/kata');
    expect(node.read(`${artifact.directory}/${baseConfig!.source}`)).toContain('/opt/kata/bin');
  });

  test('start QEMU with the firmware of its own release', () => {
    const { directory } = planOf(installer(...KATA), RUST).artifact;
    const started = node.exec(seenByStandIn(pods[RUST]).config.hypervisor.qemu.path, '-machine', 'q35');
    expect(started).toMatch(new RegExp(`^${directory}/bin/qemu-system-\\w+ -machine q35 -L ${directory}/share/kata-qemu/qemu\n$`));
  });

  test('have the images of one of them unpacked by its own snapshotter', () => {
    const snapshots = (snapshotter: string) => node.exec('ctr', '--namespace', 'k8s.io', 'snapshots', '--snapshotter', snapshotter, 'list');
    expect(snapshots('native')).toContain(pods[CLH].sandboxId);
    expect(snapshots('native')).not.toContain(pods[GO].sandboxId);
    expect(snapshots('overlayfs')).toContain(pods[GO].sandboxId);
  });

  test('are left alone by a second run', async () => {
    const [before, pid] = [treeSnapshot(node, ...FOLDERS), node.containerdPid()];
    mirror.requests.length = 0;
    const run = await install(installer(...KATA));
    for (const handler of ['runsc', ...KATA]) run.requireReady(handler);
    expect([treeSnapshot(node, ...FOLDERS), node.containerdPid(), mirror.requests]).toEqual([before, pid, []]);
  });

  test('lose table and files of the one that is taken out of the chart, and nothing of the others', async () => {
    const kept = ['gvisor', 'config/runsc', GO, `config/${GO}`, CLH, `config/${CLH}`].map(folder => `/opt/sandbox-runtimes/${folder}`);
    const before = treeSnapshot(node, ...kept);
    expect(filesOf(RUST)).not.toEqual([]);
    await pods[RUST].remove();
    const run = await install(installer(CLH, GO));
    for (const handler of ['runsc', CLH, GO]) run.requireReady(handler);
    expect(Object.keys(runtimesOf(configDump(node))).sort()).toEqual(['crun', CLH, GO, 'runc', 'runsc'].sort());
    expect(filesOf(RUST)).toEqual([]);
    expect(treeSnapshot(node, ...kept)).toEqual(before);
    await expect(TestPod.run(node, { name: 'late', handler: RUST })).rejects.toThrow(`no runtime for "${RUST}" is configured`);
  });

  test('let containers of the others be started in the Pods that ran before', async () => {
    for (const handler of ['runsc', CLH, GO]) {
      const container = await pods[handler].start({ name: 'after', image: busyboxImage().reference, command: ['echo', 'still here'] });
      expect(await container.exit()).toMatchObject({ exitCode: 0 });
    }
  });

  test('are taken back byte for byte', async () => {
    for (const handler of ['runsc', CLH, GO]) await pods[handler].remove();
    const run = await install(takingBack(installer(CLH, GO)));
    expect(run.log).toContain('everything was taken back');
    expect(Object.fromEntries(node.files('/etc/containerd').map(path => [path, node.read(path)]))).toEqual(nodeConfig(version));
    expect(node.files('/opt/sandbox-runtimes')).toEqual([]);
  });
});

describe('a node whose kernel offers no virtualization', () => {
  let node: TestNode;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: '2.2', files: nodeConfig('2.2') });
    node.importImages(images);
  });

  afterAll(() => node?.stop());

  test('serves gVisor, and says of each shim of Kata why it does not serve it', async () => {
    mirror.requests.length = 0;
    const run = await runInstall(node, installer(...KATA), nodeImage().reference, { devices: [] });
    run.requireReady('runsc');
    for (const handler of KATA) {
      expect(run.handler(handler)).toMatchObject({
        verdict: 'failed', step: 'preflight', reason: expect.stringMatching(/^the kernel of this node offers no \/dev\/kvm: .*(nested virtualization|load the module|use nodes)/),
      });
    }
    expect(Object.keys(runtimesOf(configDump(node))).sort()).toEqual(['crun', 'runc', 'runsc']);
    expect(node.files('/opt/sandbox-runtimes').filter(path => path.includes('kata'))).toEqual([]);
    expect(mirror.requests.filter(path => path.includes('kata'))).toEqual([]);
    await (await TestPod.run(node, { name: 'sandboxed', handler: 'runsc' })).remove();
  });
});

describe.each(['2.2', '2.3'] as const)('Kata out of its installer image (a stand-in that has archives and no program) on containerd %s', version => {
  const REFERENCE = `registry.example.test/kata-deploy:${RELEASE}@sha256:${'ab'.repeat(32)}`;
  const HERE = `registry.example.test/kata-deploy:${RELEASE}`;
  const NEXT = `${RUST}-next`;
  let node: TestNode;

  const fromImage = (handlers: (chart: Chart) => void) => synthesize(mirror, chart => {
    addGVisor(chart, gvisor);
    handlers(chart);
  });
  const qemu = (chart: Chart, artifacts: KataArtifacts) => new KataRuntime(chart, RUST, { release: KataRelease.of(RELEASE), artifacts });
  const install = (manifests: readonly Manifest[]) =>
    runInstall(node, manifests, nodeImage().reference, { devices: fakedCriDevices(node), images: { [REFERENCE]: HERE } });
  const runsPod = async (handler: string) => {
    const pod = await TestPod.run(node, { name: handler, handler });
    const container = await pod.start({ name: 'main', image: busyboxImage().reference, command: ['echo', 'hello'] });
    expect(await container.exit()).toMatchObject({ exitCode: 0 });
    await pod.remove();
  };

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    node.importImages([...images, filesImage(HERE, await kataImageFiles(RELEASE))]);
  });

  afterAll(() => node?.stop());

  test('is copied by containers with their exact privileges, unpacked and proven beside gVisor', async () => {
    mirror.requests.length = 0;
    const run = await install(fromImage(chart => {
      qemu(chart, KataArtifacts.image(REFERENCE));
      new KataRuntime(chart, CLH, { release: KataRelease.of(RELEASE), artifacts: KataArtifacts.image(REFERENCE), shim: KataShim.CLH_RUNTIME_RS });
    }));
    for (const handler of ['runsc', RUST, CLH]) run.requireReady(handler);
    expect(mirror.requests.map(path => path.split('/').pop())).toEqual(['gvisor.tar.zstd']);
    expect(run.log).toMatch(/^lend: .*: copied to \/lent\/node with its loader and \d+ libraries/m);
    expect(run.log.match(/^copy: \/copies\/abababababab\/\S+/gm)?.map(line => line.split('/').pop())).toEqual(
      ['cloud-hypervisor', 'kernel', 'rootfs-image', 'shim-v2-rust', 'virtiofsd', 'qemu'].map(name => `kata-static-${name}.tar.zst:`));
    for (const handler of [RUST, CLH]) await runsPod(handler);
  });

  test('may be on the node already: it is used as it is, and stays when everything is taken back', async () => {
    node.exec('sh', '-c', `mkdir -p /opt/kata && cp -a /opt/sandbox-runtimes/${RUST}/${RELEASE}/. /opt/kata && rm /opt/kata/.sandbox-runtimes.json`);
    const before = treeSnapshot(node, '/opt/kata');
    const onNode = fromImage(chart => qemu(chart, KataArtifacts.onNode()));
    const run = await install(onNode);
    for (const handler of ['runsc', RUST]) run.requireReady(handler);
    expect(run.log).toContain(`preflight: /opt/kata/runtime-rs/bin/containerd-shim-kata-v2 --version: prints "version: ${RELEASE},"`);
    expect(node.files('/opt/sandbox-runtimes').filter(path => path.includes('kata') && !path.includes('/config/'))).toEqual([]);
    await runsPod(RUST);
    expect((await install(takingBack(onNode))).log).toContain('everything was taken back');
    expect(treeSnapshot(node, '/opt/kata')).toEqual(before);
    expect(node.files('/opt/sandbox-runtimes')).toEqual([]);
  });

  test('stands beside the same release from an image under a handler of its own', async () => {
    const both = (...handlers: string[]) => fromImage(chart => {
      if (handlers.includes(RUST)) qemu(chart, KataArtifacts.onNode());
      if (handlers.includes(NEXT)) new KataRuntime(chart, NEXT, { release: KataRelease.of(RELEASE), artifacts: KataArtifacts.image(REFERENCE), suffix: 'next' });
    });
    const run = await install(both(RUST, NEXT));
    for (const handler of [RUST, NEXT]) run.requireReady(handler);
    for (const handler of [RUST, NEXT]) await runsPod(handler);
    const kept = [`/opt/sandbox-runtimes/${RUST}/${RELEASE}`, `/opt/sandbox-runtimes/config/${NEXT}`];
    const before = treeSnapshot(node, ...kept);
    (await install(both(NEXT))).requireReady(NEXT);
    expect(Object.keys(runtimesOf(configDump(node)))).not.toContain(RUST);
    expect(treeSnapshot(node, ...kept)).toEqual(before);
    await runsPod(NEXT);
  });
});
