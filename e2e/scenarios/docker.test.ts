import { KataRelease, KataRuntime, NodePlatform, NodeRestart } from '../../src';
import { DAEMON_JSON, DockerHost, DOCKERD_PID_FILE, SOMEBODYS_DAEMON_JSON } from '../docker/docker-host';
import { runInstallWithDocker } from '../docker/docker-installer';
import { ArtifactMirror } from '../node/artifact-mirror';
import { archiveOf, GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage } from '../node/images';
import type { AgentRun, Manifest } from '../node/installer-run';
import { ARCHITECTURE, KataArchives, kataArchives } from '../node/kata-archive';
import { fakedDevices } from '../node/kata-devices';
import { addGVisor, synthesize, takingBack } from '../node/synthesized-installer';
import { fileEntry } from '../node/tar';
import { gvisor, GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

/*
 * No guest boots on the machines that run this: a stand-in takes the place of Kata's shim. It insists on the files that
 * Kata's shim would need and then runs the container with runc. This proves wiring, not isolation. The devices of a host
 * are faked as well: device nodes that nobody opens.
 */

const VERSIONS = [
  { name: 'Docker Engine of Debian', version: 'debian', knowsShims: false },
  { name: 'Docker Engine from source', version: 'moby', knowsShims: true },
] as const;

const TICKING = ['sh', '-c', 'while :; do echo tick; sleep 0.1; done'];
const KATA = 'kata-qemu-runtime-rs';
const KATA_RELEASE = '4.2.0';

describe.each(VERSIONS)('the installer on $name', ({ version, knowsShims }) => {
  const image = nodeImage();
  const busybox = busyboxImage().reference;
  let mirror: ArtifactMirror;
  let release: GVisorArchive;
  let kata: KataArchives;
  let host: DockerHost;
  /** Of the installation. */
  let log: string;
  /** State of the container that ran before. */
  let before: { Pid: number; StartedAt: string };

  function manifests(archive = release): Manifest[] {
    const platform = NodePlatform.docker({ restart: NodeRestart.supervisedProcess(DOCKERD_PID_FILE) });
    const member = { amd64: 'amd64Sha256', arm64: 'arm64Sha256' }[ARCHITECTURE]!;
    const kataRelease = KataRelease.of(KATA_RELEASE, { runtimeRs: { [member]: kata.packages['kata-static'].sha256 } });
    return synthesize(mirror, chart => {
      addGVisor(chart, archive);
      new KataRuntime(chart, 'kata', { release: kataRelease, defaultMemory: 512 });
    }, platform);
  }

  function install(objects: Manifest[] = manifests()): Promise<AgentRun> {
    return runInstallWithDocker(host, objects, image.reference, fakedDevices(host));
  }

  function run(runtime: string, ...command: string[]): string {
    return host.docker('run', '--rm', '--runtime', runtime, '--network', 'none', busybox, ...command);
  }

  function expectUntouched(): void {
    expect(host.inspect('before').State).toMatchObject({ Running: true, Pid: before.Pid, StartedAt: before.StartedAt });
  }

  beforeAll(async () => {
    jest.spyOn(console, 'warn').mockImplementation();
    mirror = await ArtifactMirror.start();
    release = await gvisorArchive(GVISOR_RELEASE);
    mirror.serve(release);
    kata = await kataArchives(KATA_RELEASE);
    mirror.serveKata(kata);
    host = await DockerHost.start(version);
    host.load([busyboxImage(), image]);
    host.docker('run', '--detach', '--name', 'before', '--network', 'none', busybox, ...TICKING);
    before = host.inspect('before').State;
  });

  afterAll(async () => {
    await mirror?.stop();
    await host?.stop();
  });

  test('registers the handlers without a restart, and no container is touched', async () => {
    const pid = host.daemonPid();
    const result = await install();
    console.log(result.log);
    log = result.log;
    result.requireReady('runsc');
    expect(result.log).toMatch(/restart: docker: has read its configuration again/);
    expect(Object.keys(host.info().Runtimes)).toEqual(expect.arrayContaining(['runc', 'runsc', 'somebodys']));
    expect(host.daemonPid()).toBe(pid);
    expectUntouched();
  });

  test('runs a container that prints gVisor\'s kernel banner', () => {
    expect(run('runsc', 'dmesg')).toContain('Starting gVisor...');
    expect(run('runc', 'sh', '-c', 'dmesg || true')).not.toContain('Starting gVisor...');
  });

  if (knowsShims) {
    test('hands Kata\'s shim the configuration of its handler (stand-in: wiring, not isolation)', () => {
      const id = host.docker('run', '--detach', '--name', 'kata', '--runtime', KATA, '--network', 'none', busybox, ...TICKING).trim();
      const seen = JSON.parse(host.read(`/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/${id}/stand-in-shim.json`));
      const { options } = JSON.parse(host.read(DAEMON_JSON)).runtimes[KATA];
      expect(JSON.stringify(seen)).toContain(options.ConfigPath);
      host.docker('rm', '--force', 'kata');
    });
  } else {
    test('warns that this version forgets another name of its own runtime, which is so', () => {
      expect(log).toContain('it knows its own runtime only as "runc" and no longer as "io.containerd.runc.v2"');
      expect(() => run('io.containerd.runc.v2', 'true')).toThrow(/Unknown runtime specified/);
    });

    test('refuses Kata, whose shim this version cannot start, and says so', async () => {
      expect((await install()).handler(KATA)).toMatchObject({ verdict: 'failed', reason: expect.stringContaining('24.0.0 or newer is needed: update docker') });
    });
  }

  test('leaves nothing of its proofs behind', () => {
    expect(host.docker('ps', '--all', '--format', '{{.Names}}').trim()).toBe('before');
    expect(host.docker('images', '--format', '{{.Repository}}')).not.toContain('sandbox-runtimes');
  });

  test('changes nothing else in daemon.json', () => {
    const { runtimes: { runsc, [KATA]: kataRuntime, ...runtimes }, ...rest } = JSON.parse(host.read(DAEMON_JSON));
    expect(runsc).toHaveProperty('path');
    expect(kataRuntime?.runtimeType).toEqual(knowsShims ? expect.stringMatching(/containerd-shim-kata-v2$/) : undefined);
    expect({ ...rest, runtimes }).toEqual(JSON.parse(SOMEBODYS_DAEMON_JSON));
    for (const line of SOMEBODYS_DAEMON_JSON.split('\n').slice(0, 4)) expect(host.read(DAEMON_JSON)).toContain(line);
  });

  test('writes nothing and signals nothing in a second run', async () => {
    const text = host.read(DAEMON_JSON);
    const result = await install();
    result.requireReady('runsc');
    expect(result.log).not.toMatch(/^(write|restart):/m);
    expect(host.read(DAEMON_JSON)).toBe(text);
  });

  test('takes a release back whose containers do not start, and the old one serves on', async () => {
    const broken = archiveOf(GVISOR_NEXT_RELEASE, await brokenPrograms());
    mirror.serve(broken);
    const text = host.read(DAEMON_JSON);
    const result = await install(manifests(broken));
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/no container of handler "runsc" could be run|ended with \d+ instead of 0/);
    expect(result.log).toContain('docker has read them again and the default runtime was proven');
    expect(host.read(DAEMON_JSON)).toBe(text);
    expect(run('runsc', 'dmesg')).toContain('Starting gVisor...');
    expectUntouched();
  });

  test('keeps the handler while containers run on it', async () => {
    host.docker('run', '--detach', '--name', 'sandboxed', '--runtime', 'runsc', '--network', 'none', busybox, ...TICKING);
    const result = await install(takingBack(manifests()));
    expect(result.log).toMatch(/sandboxed/);
    expect(host.info().Runtimes).toHaveProperty('runsc');
    expect(host.inspect('sandboxed').State).toMatchObject({ Running: true });
    host.docker('rm', '--force', 'sandboxed');
  });

  test('takes everything back, byte for byte', async () => {
    const result = await install(takingBack(manifests()));
    expect(result.log).toContain('everything was taken back');
    expect(host.read(DAEMON_JSON)).toBe(SOMEBODYS_DAEMON_JSON);
    expect(host.info().Runtimes).not.toHaveProperty('runsc');
    expect(host.files('/opt/sandbox-runtimes')).toEqual([]);
    expectUntouched();
  });
});

/** A release that says its version and can do nothing else. */
async function brokenPrograms() {
  const { runsc } = await gvisor(GVISOR_NEXT_RELEASE);
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo "runsc version release-${GVISOR_NEXT_RELEASE}" && exit 0\necho this program is broken >&2\nexit 1\n`;
  return [
    { ...fileEntry('runsc', runsc), content: script },
    { path: 'containerd-shim-runsc-v1', mode: 0o755, content: '#!/bin/sh\necho this shim is broken >&2\nexit 1\n' },
  ];
}
