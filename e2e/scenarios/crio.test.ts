import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from '@iarna/toml';
import { Chart } from 'cdk8s';
import { CriClient, CrioRuntime } from '../../agent/cri/cri-client';
import { KataRelease, KataRuntime, NodePlatform, NodeRestart } from '../../src';
import { CRIO_DROP_INS } from '../crio/crio-files';
import { CRIO_PID_FILE, CrioHost, SOMEBODYS_FILES } from '../crio/crio-host';
import { ArtifactMirror } from '../node/artifact-mirror';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { AgentRun, Manifest, runInstall } from '../node/installer-run';
import { ARCHITECTURE, KataArchives, kataArchives } from '../node/kata-archive';
import { fakedCriDevices } from '../node/kata-devices';
import { addGVisor, synthesize, takingBack } from '../node/synthesized-installer';
import { TestContainer, TestPod } from '../node/test-pod';
import { GVISOR_RELEASE } from '../toolchain';

/*
 * No guest boots on the machines that run this: a stand-in takes the place of Kata's shim. It insists on the files that
 * Kata's shim would need and then runs the container with runc. This proves wiring, not isolation. The devices of a host
 * are faked as well: device nodes that nobody opens.
 */

const KATA = 'kata-qemu-runtime-rs';
const RELEASE = '4.2.0';
const NEXT_RELEASE = '4.3.0';
const DROP_IN = `${CRIO_DROP_INS}/99-sandbox-runtimes-${KATA}`;
const TICKING = ['sh', '-c', 'trap exit TERM; while :; do echo tick; sleep 0.1; done'];

describe('the installer on CRI-O', () => {
  const image = nodeImage();
  const busybox = busyboxImage().reference;
  let mirror: ArtifactMirror;
  let gvisor: GVisorArchive;
  const kata: { [release: string]: KataArchives } = {};
  let host: CrioHost;
  let pid: number;
  let before: TestContainer;
  let sandboxed: TestPod;
  let inSandbox: TestContainer;

  function addKata(chart: Chart, release: string, defaultMemory: number): void {
    const member = { amd64: 'amd64Sha256', arm64: 'arm64Sha256' }[ARCHITECTURE]!;
    const { sha256 } = kata[release].packages['kata-static'];
    new KataRuntime(chart, 'kata', { release: KataRelease.of(release, { runtimeRs: { [member]: sha256 } }), defaultMemory });
  }

  function manifests(release = RELEASE, defaultMemory = 512): Manifest[] {
    const platform = NodePlatform.crio({ restart: NodeRestart.supervisedProcess(CRIO_PID_FILE) });
    return synthesize(mirror, chart => addKata(chart, release, defaultMemory), platform);
  }

  function install(objects: Manifest[] = manifests()): Promise<AgentRun> {
    return runInstall(host, objects, image.reference, { devices: fakedCriDevices(host) });
  }

  /** Our table, as CRI-O reads it. */
  function table(): any {
    return (parse(host.read(DROP_IN)) as any).crio.runtime.runtimes[KATA];
  }

  /** The handlers that the running CRI-O has. */
  async function runtimes(): Promise<{ readonly [handler: string]: CrioRuntime }> {
    const cri = new CriClient(host.socket);
    try {
      return (await cri.status()).config!.crio!.Runtimes!;
    } finally {
      cri.close();
    }
  }

  function seenByStandIn(container: string): any {
    return JSON.parse(host.exec('cat', `/run/containers/storage/overlay-containers/${container}/userdata/stand-in-shim.json`));
  }

  beforeAll(async () => {
    jest.spyOn(console, 'warn').mockImplementation();
    mirror = await ArtifactMirror.start();
    gvisor = await gvisorArchive(GVISOR_RELEASE);
    mirror.serve(gvisor);
    for (const release of [RELEASE, NEXT_RELEASE]) {
      kata[release] = await kataArchives(release);
      mirror.serveKata(kata[release]);
    }
    host = await CrioHost.start([pauseImage(), busyboxImage(), image]);
    pid = host.daemonPid();
  });

  afterAll(async () => {
    await mirror?.stop();
    await host?.stop();
  });

  test('registers a handler with one restart, and no container is touched', async () => {
    const pod = await TestPod.run(host, { name: 'before', handler: '' });
    before = await pod.start({ name: 'main', image: busybox, command: TICKING });
    const result = await install();
    console.log(result.log);
    result.requireReady(KATA);
    expect(result.log).toContain('restart: crio: runs again and its CRI is ready');
    expect(host.daemonPid()).not.toBe(pid);
    expect(await before.status()).toMatchObject({ state: 'running' });
    expect(await before.exec('echo', 'reached')).toBe('reached\n');
  });

  test('hands Kata\'s shim the configuration of its handler (stand-in: wiring, not isolation)', async () => {
    sandboxed = await TestPod.run(host, { name: 'sandboxed', handler: KATA });
    inSandbox = await sandboxed.start({ name: 'main', image: busybox, command: TICKING });
    const { runtime_path: shim, runtime_config_path: configPath } = table();
    expect(seenByStandIn(inSandbox.id)).toMatchObject({ shim, configPath, config: { hypervisor: { qemu: { default_memory: 512 } } } });
  });

  test('changes nothing else of CRI-O', async () => {
    for (const [path, content] of Object.entries(SOMEBODYS_FILES)) expect(host.read(path)).toBe(content);
    expect(Object.keys(await runtimes()).sort()).toEqual([KATA, 'runc', 'somebodys'].sort());
    await (await TestPod.run(host, { name: 'somebodys', handler: 'somebodys' })).remove();
  });

  test('writes nothing and restarts nothing in a second run', async () => {
    const [text, running] = [host.read(DROP_IN), host.daemonPid()];
    const result = await install();
    result.requireReady(KATA);
    expect(result.log).not.toMatch(/^(write|restart):/m);
    expect([host.read(DROP_IN), host.daemonPid()]).toEqual([text, running]);
  });

  test('brings the next release beside the old one, whose Pods run on and can be entered', async () => {
    (await install(manifests(NEXT_RELEASE, 1024))).requireReady(KATA);
    const { runtime_path: shim, runtime_config_path: configPath } = table();
    expect(shim).toContain(`/${NEXT_RELEASE}/`);
    expect((await runtimes())[KATA]).toMatchObject({ RuntimePath: shim, RuntimeConfigPath: configPath });
    const pod = await TestPod.run(host, { name: 'next', handler: KATA });
    const container = await pod.start({ name: 'main', image: busybox, command: TICKING });
    expect(seenByStandIn(container.id)).toMatchObject({ shim, configPath, config: { hypervisor: { qemu: { default_memory: 1024 } } } });
    await pod.remove();
    expect(await inSandbox.exec('echo', 'reached')).toBe('reached\n');
    expect(host.files(`/opt/sandbox-runtimes/${KATA}/${RELEASE}`)).not.toEqual([]);
  });

  test('lists a handler after SIGHUP that it cannot start: cri-o/cri-o#10202', async () => {
    const file = `${CRIO_DROP_INS}/30-later`;
    host.write(file, '[crio.runtime.runtimes.later]\nruntime_path = "/usr/local/bin/runc"\nmonitor_path = "/usr/local/bin/conmon"\n');
    host.exec('sh', '-c', 'kill -HUP "$0"', String(host.daemonPid()));
    for (let i = 0; i < 100 && !('later' in await runtimes()); i++) await sleep(50);
    expect(await runtimes()).toHaveProperty('later');
    await expect(TestPod.run(host, { name: 'later', handler: 'later' })).rejects.toThrow('failed to find runtime handler later');
    host.exec('rm', file);
  });

  test('refuses gVisor, which needs a newer CRI-O, and serves Kata on', async () => {
    const platform = NodePlatform.crio({ restart: NodeRestart.supervisedProcess(CRIO_PID_FILE), disableSelinux: true });
    const result = await install(synthesize(mirror, chart => {
      addGVisor(chart, gvisor);
      addKata(chart, NEXT_RELEASE, 1024);
    }, platform));
    expect(result.handler('runsc')).toMatchObject({ verdict: 'failed', step: 'preflight', reason: expect.stringContaining('1.37.0 or newer is needed: update crio') });
    result.requireReady(KATA);
  });

  test('waits with taking everything back as long as Pods run on the handler', async () => {
    const result = await install(takingBack(manifests(NEXT_RELEASE, 1024)));
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/default\/sandboxed/);
    expect(host.read(DROP_IN)).toContain(KATA);
    await sandboxed.remove();
  });

  test('takes everything back, byte for byte', async () => {
    const result = await install(takingBack(manifests(NEXT_RELEASE, 1024)));
    expect(result.log).toContain('everything was taken back');
    expect(host.files('/etc/crio').sort()).toEqual(Object.keys(SOMEBODYS_FILES).sort());
    for (const [path, content] of Object.entries(SOMEBODYS_FILES)) expect(host.read(path)).toBe(content);
    expect(Object.keys(await runtimes()).sort()).toEqual(['runc', 'somebodys']);
    expect(host.files('/opt/sandbox-runtimes')).toEqual([]);
    expect(await before.exec('echo', 'reached')).toBe('reached\n');
  });
});
