import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Chart, Duration, Testing } from 'cdk8s';
import { DesiredState, GVisorRelease, GVisorRuntime, KubeletSettings, NodeInstaller, NodePlatform, type NodeInstallerProps } from '../../src';
import { POD_LAYOUT } from '../../src/installer/pod-layout';

// The agent's program is opaque here, and not built where only these tests run.
jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => '// the agent\n' }));

const EVERY_MINUTE = { driftCheckInterval: Duration.minutes(1) };

function podSpec(props: NodeInstallerProps): any {
  const chart = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', props);
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  return Testing.synth(chart).find(({ kind }) => kind === 'DaemonSet').spec.template.spec;
}

const container = (spec: any, name: string) => spec.containers.find((candidate: any) => candidate.name === name);
const hostPaths = (spec: any, name: string): string[] => container(spec, name).volumeMounts
  .flatMap((mount: any) => spec.volumes.find((volume: any) => volume.name === mount.name).hostPath?.path ?? []);

test('there is no container that watches, unless asked for', () => {
  expect(podSpec({}).containers.map(({ name }: any) => name)).toEqual(['admit']);
});

test('is a container of its own, which has no token and no other volume than install', () => {
  const spec = podSpec(EVERY_MINUTE);
  expect(spec.containers.map(({ name }: any) => name)).toEqual(['admit', 'watch']);
  const names = container(spec, 'watch').volumeMounts.map(({ name }: any) => name);
  expect(names).not.toContain('token');
  expect(names.filter((name: string) => !spec.initContainers[1].volumeMounts.some((mount: any) => mount.name === name))).toEqual([]);
  expect(spec.volumes).toEqual(podSpec({}).volumes);
});

test('has the privileges of the others, and sees the host recursively read-only, without the means to restart anything', () => {
  const spec = podSpec(EVERY_MINUTE);
  const watch = container(spec, 'watch');
  expect(watch.securityContext).toEqual(container(spec, 'admit').securityContext);
  expect(hostPaths(spec, 'watch').sort()).toEqual(['/etc/containerd', '/opt/sandbox-runtimes', '/run/containerd', '/usr', '/var/lib/sandbox-runtimes']);
  for (const mount of watch.volumeMounts.filter(({ name }: any) => name.startsWith('host-'))) {
    expect(mount).toMatchObject({ readOnly: true, recursiveReadOnly: 'IfPossible' });
  }
});

test('sees nothing of the kubelet', () => {
  const spec = podSpec({ ...EVERY_MINUTE, kubelet: new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15) }) });
  expect(hostPaths(spec, 'watch').filter((path) => path.includes('kube'))).toEqual([]);
});

test.each([['CRI-O', NodePlatform.crio({ disableSelinux: true }), '/etc/crio'], ['Docker', NodePlatform.DOCKER, '/etc/docker']])('sees the configuration of %s', (_, platform, folder) => {
  jest.spyOn(console, 'warn').mockReturnValue();
  expect(hostPaths(podSpec({ ...EVERY_MINUTE, platform }), 'watch')).toContain(folder);
});

test('does not look at what is being taken back', () => {
  const present = podSpec({});
  expect(podSpec({ ...EVERY_MINUTE, desiredState: DesiredState.ABSENT }).containers).toEqual(present.containers);
});

test('looks as often as it is told to, at most every ten seconds', () => {
  expect(container(podSpec({ driftCheckInterval: Duration.seconds(10) }), 'watch').command[2]).toContain('sleep 10 & wait');
  expect(container(podSpec({ driftCheckInterval: Duration.hours(1) }), 'watch').command[2]).toContain('sleep 3600 & wait');
  expect(() => podSpec({ driftCheckInterval: Duration.seconds(9) })).toThrow(/driftCheckInterval must be whole seconds, at least 10, .* got 9 seconds; write for example Duration\.minutes\(1\)/);
  expect(() => podSpec({ driftCheckInterval: Duration.millis(10_500) })).toThrow('driftCheckInterval must be whole seconds, at least 10');
});

describe('the shell of admit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'admit-loop-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('runs the agent again as soon as there is news, and ends when it is told to', async () => {
    const [runs, news] = [join(folder, 'runs'), join(folder, 'news')];
    const script = container(podSpec(EVERY_MINUTE), 'admit').command[2]
      .replaceAll(POD_LAYOUT.news, news).replace('node /sandbox-runtimes/agent.js admit', `rm -f ${news}; echo run >>${runs}`).replaceAll('sleep 10', 'sleep 0.5');
    const count = () => (existsSync(runs) ? readFileSync(runs, 'utf8').split('\n').length - 1 : 0);
    const shell = spawn('sh', ['-c', script]);
    const ended = new Promise((resolve) => shell.once('exit', resolve));
    try {
      while (count() < 1) await sleep(20);
      await sleep(700);
      expect(count()).toBe(1);
      writeFileSync(news, '');
      while (count() < 2) await sleep(20);
      expect(existsSync(news)).toBe(false);
    } finally {
      shell.kill('SIGTERM');
    }
    expect(await ended).toBe(0);
  });

  test('runs it without news every five minutes', async () => {
    const script = container(podSpec(EVERY_MINUTE), 'admit').command[2];
    const [, rounds, seconds] = /n=(\d+);.*sleep (\d+) &/.exec(script)!;
    expect(Number(rounds) * Number(seconds)).toBe(300);
    await promisify(execFile)('sh', ['-n', '-c', script]);
  });
});
