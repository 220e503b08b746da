import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArtifactMirror } from '../node/artifact-mirror';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, ImageArchive, nodeImage, pauseImage } from '../node/images';
import { runInstall } from '../node/installer-run';
import { configDump, nodeConfig, runtimesOf } from '../node/node-config';
import { addGVisor, synthesize, synthesizeInstaller, takingBack } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestContainer, TestPod } from '../node/test-pod';
import { treeSnapshot } from '../node/tree-snapshot';
import { CONTAINERD_VERSIONS, GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

const INSTALLED = ['/etc/containerd', '/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'];
const TICKING = ['sh', '-c', 'while :; do echo tick; sleep 0.1; done'];

let mirror: ArtifactMirror;
let release: GVisorArchive;
let nextRelease: GVisorArchive;
let images: ImageArchive[];
let image: string;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  release = await gvisorArchive(GVISOR_RELEASE);
  nextRelease = await gvisorArchive(GVISOR_NEXT_RELEASE);
  mirror.serve(release);
  mirror.serve(nextRelease);
  const node = nodeImage();
  images = [pauseImage(), busyboxImage(), node];
  image = node.reference;
});

afterAll(() => mirror.stop());

describe.each(CONTAINERD_VERSIONS)('the installer on containerd %s', version => {
  let node: TestNode;
  let dumpBefore: Record<string, any>;
  let runcContainer: TestContainer;
  let gvisorPod: TestPod;

  const install = (archive: GVisorArchive) => runInstall(node, synthesizeInstaller(mirror, archive), image);
  const sandboxShim = (pod: TestPod) =>
    node.read(`/run/containerd/io.containerd.runtime.v2.task/k8s.io/${pod.sandboxId}/shim-binary-path`).trim();
  const busybox = (pod: TestPod, ...command: string[]) => pod.start({ name: 'main', image: busyboxImage().reference, command });

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    node.importImages(images);
    dumpBefore = configDump(node);
    runcContainer = await busybox(await TestPod.run(node, { name: 'before', handler: '' }), ...TICKING);
  });

  afterAll(() => node?.stop());

  test('runs without capabilities and can write to its own folders only', async () => {
    const folders = ['/', '/sandbox-runtimes', '/run/sandbox-runtimes', '/tmp', '/run/containerd', '/host/usr', '/proc/sys/kernel', ...INSTALLED];
    const script = 'grep -E "^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):" /proc/self/status; '
      + 'for folder; do (echo >$folder/probe && rm $folder/probe && echo "writable $folder") 2>/dev/null; done; true';
    const run = await runInstall(node, synthesizeInstaller(mirror, release), image, { command: ['sh', '-c', script, 'sh', ...folders] });
    const none = '0000000000000000';
    expect(run.log.trim().split('\n')).toEqual([
      ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(set => `${set}:\t${none}`),
      'NoNewPrivs:\t1',
      'Seccomp:\t2',
      ...['/run/sandbox-runtimes', '/tmp', ...INSTALLED].map(folder => `writable ${folder}`),
    ]);
  });

  test('installs the handler and says that it is ready', async () => {
    const run = await install(release);
    run.requireReady('runsc');
    process.stdout.write(`\nlog of the installer on containerd ${version}:\n${run.log}\n`);
  });

  test('has the handler served by the CRI', async () => {
    expect(runtimesOf(configDump(node))).toHaveProperty('runsc');
    gvisorPod = await TestPod.run(node, { name: 'sandboxed', handler: 'runsc' });
    expect(sandboxShim(gvisorPod)).toBe(`/opt/sandbox-runtimes/gvisor/${GVISOR_RELEASE}/containerd-shim-runsc-v1`);
  });

  test('runs a container that prints gVisor\'s kernel banner', async () => {
    const container = await busybox(gvisorPod, 'sh', '-c', 'dmesg; uname -r');
    expect(await container.exit()).toMatchObject({ exitCode: 0 });
    expect(container.log()).toMatch(/Starting gVisor\.\.\./);
    expect(container.log()).toMatch(/^4\.19\.0-gvisor$/m);
  });

  test('leaves a runc container running that was started before', async () => {
    const ticks = runcContainer.log().length;
    expect(await runcContainer.exec('uname', '-r')).not.toMatch(/gvisor/);
    expect(await runcContainer.status()).toMatchObject({ state: 'running' });
    await sleep(500);
    expect(runcContainer.log().length).toBeGreaterThan(ticks);
  });

  test('leaves the default runtime as it was for new Pods', async () => {
    const pod = await TestPod.run(node, { name: 'after', handler: '' });
    const container = await busybox(pod, 'echo', 'runc still runs');
    expect(await container.exit()).toMatchObject({ exitCode: 0 });
    expect(container.log()).toBe('runc still runs\n');
    await pod.remove();
  });

  test('leaves mirrors, SystemdCgroup, sandbox image and other runtimes unchanged', () => {
    const dump = configDump(node);
    delete runtimesOf(dump).runsc;
    expect({ ...dump, imports: undefined }).toEqual({ ...dumpBefore, imports: undefined });
    expect(runtimesOf(dump)).toMatchObject({ runc: { options: { SystemdCgroup: false } }, crun: { options: { SystemdCgroup: true } } });
    expect(node.read('/etc/containerd/certs.d/docker.io/hosts.toml')).toBe(nodeConfig(version)['/etc/containerd/certs.d/docker.io/hosts.toml']);
  });

  test('writes nothing and restarts nothing in a second run', async () => {
    const [before, pid] = [treeSnapshot(node, ...INSTALLED), node.containerdPid()];
    mirror.requests.length = 0;
    (await install(release)).requireReady('runsc');
    expect(treeSnapshot(node, ...INSTALLED)).toEqual(before);
    expect(node.containerdPid()).toBe(pid);
    expect(mirror.requests).toEqual([]);
  });

  test('lets a container of an old Pod restart after an upgrade', async () => {
    const container = await busybox(gvisorPod, ...TICKING);
    (await install(nextRelease)).requireReady('runsc');
    expect(await container.status()).toMatchObject({ state: 'running' });
    await container.stop();
    const restarted = await busybox(gvisorPod, ...TICKING);
    expect(await restarted.exec('uname', '-r')).toBe('4.19.0-gvisor\n');
    expect(existsSync(node.path(`/opt/sandbox-runtimes/gvisor/${GVISOR_RELEASE}/runsc`))).toBe(true);
  });

  test('starts new Pods from the new release', async () => {
    const pod = await TestPod.run(node, { name: 'upgraded', handler: 'runsc' });
    expect(sandboxShim(pod)).toBe(`/opt/sandbox-runtimes/gvisor/${GVISOR_NEXT_RELEASE}/containerd-shim-runsc-v1`);
    expect(await (await busybox(pod, ...TICKING)).exec('uname', '-r')).toBe('4.19.0-gvisor\n');
    await pod.remove();
  });

  test('keeps a handler that the chart no longer has while Pods run on it', async () => {
    const another = { handler: 'another', runtimeClassName: 'another' };
    const run = await runInstall(node, synthesize(mirror, chart => addGVisor(chart, nextRelease, another)), image);
    run.requireReady('another');
    expect(run.log).toContain('keep: handler runsc: is no longer planned and stays while Pods run on it, now 1 Pod (default/sandboxed)');
    expect(runtimesOf(configDump(node))).toMatchObject({ runsc: expect.anything(), another: expect.anything() });
  });

  test('takes nothing back while Pods run, whose containers can still be entered and restarted', async () => {
    const container = await busybox(gvisorPod, ...TICKING);
    const [before, pid] = [treeSnapshot(node, ...INSTALLED), node.containerdPid()];
    const run = await runInstall(node, takingBack(synthesizeInstaller(mirror, nextRelease)), image);
    expect(run.exitCode).toBe(1);
    expect(run.log).toContain('handler runsc has 1 Pod (default/sandboxed); delete them or drain the node');
    expect(treeSnapshot(node, ...INSTALLED)).toEqual(before);
    expect(node.containerdPid()).toBe(pid);
    expect(await container.exec('uname', '-r')).toBe('4.19.0-gvisor\n');
    await container.stop();
    expect(await (await busybox(gvisorPod, ...TICKING)).exec('uname', '-r')).toBe('4.19.0-gvisor\n');
  });

  test('removes a release once no Pod uses it', async () => {
    await gvisorPod.remove();
    (await install(nextRelease)).requireReady('runsc');
    expect(node.files('/opt/sandbox-runtimes').filter(path => path.includes(GVISOR_RELEASE))).toEqual([]);
  });

  test('takes everything back, byte for byte, once no Pod needs it', async () => {
    const run = await runInstall(node, takingBack(synthesizeInstaller(mirror, nextRelease)), image);
    expect(run.exitCode).toBe(0);
    expect(run.log).toContain('everything was taken back');
    expect(Object.fromEntries(node.files('/etc/containerd').map(path => [path, node.read(path)]))).toEqual(nodeConfig(version));
    expect(runtimesOf(configDump(node))).not.toHaveProperty('runsc');
    expect(node.files('/opt/sandbox-runtimes')).toEqual([]);
    expect(await runcContainer.exec('uname', '-r')).not.toMatch(/gvisor/);
  });
});
