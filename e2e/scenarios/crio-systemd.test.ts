import { KataRelease, KataRuntime, NodePlatform } from '../../src';
import { CRIO_DROP_INS } from '../crio/crio-files';
import { CRIO_UNIT, CrioUnit } from '../crio/crio-unit';
import { ArtifactMirror } from '../node/artifact-mirror';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { AgentRun, Manifest, runInstall } from '../node/installer-run';
import { ARCHITECTURE, KataArchives, kataArchives } from '../node/kata-archive';
import { fakedCriDevices } from '../node/kata-devices';
import { synthesize } from '../node/synthesized-installer';
import { TestContainer, TestPod } from '../node/test-pod';

/* Kata's shim is a stand-in, as in crio.test.ts. CRI-O's unit is its own, with which systemd ends all in its control group. */

const KATA = 'kata-qemu-runtime-rs';
const RELEASE = '4.2.0';
const DROP_IN = `${CRIO_DROP_INS}/99-sandbox-runtimes-${KATA}`;
const TICKING = ['sh', '-c', 'trap exit TERM; while :; do echo tick; sleep 0.1; done'];

describe('the installer where systemd runs CRI-O', () => {
  const image = nodeImage();
  const busybox = busyboxImage().reference;
  let mirror: ArtifactMirror;
  let kata: KataArchives;
  let node: CrioUnit;
  let before: TestContainer;

  function manifests(defaultMemory: number): Manifest[] {
    const member = { amd64: 'amd64Sha256', arm64: 'arm64Sha256' }[ARCHITECTURE]!;
    const release = KataRelease.of(RELEASE, { runtimeRs: { [member]: kata.packages['kata-static'].sha256 } });
    return synthesize(mirror, chart => new KataRuntime(chart, 'kata', { release, defaultMemory }), NodePlatform.CRIO);
  }

  function install(defaultMemory: number): Promise<AgentRun> {
    return runInstall(node, manifests(defaultMemory), image.reference, { devices: fakedCriDevices(node) });
  }

  beforeAll(async () => {
    mirror = await ArtifactMirror.start();
    kata = await kataArchives(RELEASE);
    mirror.serveKata(kata);
    node = await CrioUnit.start([pauseImage(), busyboxImage(), image]);
    before = await (await TestPod.run(node, { name: 'before', handler: '' })).start({ name: 'main', image: busybox, command: TICKING });
  });

  afterAll(async () => {
    await mirror?.stop();
    await node?.stop();
  });

  test('restarts it, and containers of runc run on', async () => {
    const result = await install(512);
    result.requireReady(KATA);
    expect(result.log).toContain('restart: crio: runs again and its CRI is ready');
    expect(await before.exec('echo', 'reached')).toBe('reached\n');
  });

  test('waits as long as that would end the shim of a Pod', async () => {
    const text = node.read(DROP_IN);
    const pod = await TestPod.run(node, { name: 'sandboxed', handler: KATA });
    const container = await pod.start({ name: 'main', image: busybox, command: TICKING });
    const waiting = await install(1024);
    expect(waiting.exitCode).toBe(1);
    expect(waiting.log).toContain('CRI-O has to be restarted, and systemd would end the shims of 1 Pod (default/sandboxed) with it');
    expect(node.read(DROP_IN)).toBe(text);
    expect(await container.exec('echo', 'reached')).toBe('reached\n');
    await pod.remove();
    (await install(1024)).requireReady(KATA);
    expect(node.read(DROP_IN)).not.toBe(text);
  });

  test('refuses where that would end every container, because CRI-O manages cgroups itself', async () => {
    node.write(`${CRIO_DROP_INS}/10-cgroups.conf`, '[crio.runtime]\ncgroup_manager = "cgroupfs"\nconmon_cgroup = "pod"\n');
    node.exec('systemctl', 'restart', CRIO_UNIT);
    node.systemdCgroup = false;
    const text = node.read(DROP_IN);
    const pod = await TestPod.run(node, { name: 'of-cgroupfs', handler: '' });
    const container = await pod.start({ name: 'main', image: busybox, command: TICKING });
    expect((await install(2048)).handler(KATA)).toMatchObject({
      verdict: 'failed', step: 'validate', reason: expect.stringContaining('a restart of CRI-O would end all containers of the node with it'),
    });
    expect(node.read(DROP_IN)).toBe(text);
    expect(await container.exec('echo', 'reached')).toBe('reached\n');
  });
});
