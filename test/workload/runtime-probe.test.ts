import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chart, Testing } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, RuntimeProbe, SandboxRuntime, type ISandboxRuntime, type RuntimeProbeProps } from '../../src';
import { probeScript } from '../../src/workload/probe-script';

jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("the agent");\n' }));

function probe(props: Partial<RuntimeProbeProps> = {}, runtimeOf: (chart: Chart) => ISandboxRuntime = gvisor): any {
  const app = Testing.app();
  const platform = new Chart(app, 'platform', { namespace: 'sandbox-system' });
  const chart = new Chart(app, 'probes', { namespace: 'sandbox-system' });
  new RuntimeProbe(chart, 'probe', { runtime: runtimeOf(platform), ...props });
  return Testing.synth(chart)[0];
}

const gvisor = (chart: Chart) => new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });

test('is a Job in the sandbox that is allowed nothing', () => {
  const { kind, metadata, spec } = probe();
  expect(kind).toBe('Job');
  expect(metadata.name).toMatch(/^probes-probe-[0-9a-f]{8}$/);
  expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 300 });
  const { containers: [container], ...pod } = spec.template.spec;
  expect(pod).toEqual({
    runtimeClassName: 'gvisor',
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  expect(container.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  expect(container.securityContext).toEqual({
    runAsUser: 65534, runAsGroup: 65534, runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] },
  });
});

test('has Secrets for pulling its image, once or on a schedule', () => {
  const imagePullSecrets = [{ name: 'registry' }];
  expect(probe({ imagePullSecrets: ['registry'] }).spec.template.spec).toMatchObject({ imagePullSecrets });
  expect(probe({ imagePullSecrets: ['registry'], schedule: '@daily' }).spec.jobTemplate.spec.template.spec).toMatchObject({ imagePullSecrets });
});

test('another runtime or script is another Job, since its template cannot be changed', () => {
  const { metadata: { name } } = probe();
  expect(probe().metadata.name).toBe(name);
  expect(probe({ image: 'example.com/busybox@sha256:0' }).metadata.name).not.toBe(name);
});

test('may be repeated', () => {
  const { kind, metadata, spec } = probe({ schedule: '0 6 * * *' });
  expect([kind, metadata.name, spec.schedule, spec.jobTemplate.spec.template.spec.runtimeClassName]).toEqual(['CronJob', 'probes-probe', '0 6 * * *', 'gvisor']);
});

test('asks a class of Kata, and one of somebody else, for what they are', () => {
  const command = (runtime: (chart: Chart) => ISandboxRuntime) => probe({}, runtime).spec.template.spec.containers[0].command[2];
  expect(command((chart) => new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0 }))).toContain('kataShared');
  expect(command((chart) => SandboxRuntime.fromRuntimeClassName(chart, 'gke', 'gvisor'))).toContain('Starting gVisor');
});

test('a class that does not say what it is, or a schedule that is none, is refused', () => {
  expect(() => probe({}, (chart) => SandboxRuntime.fromRuntimeClassName(chart, 'x', 'edera'))).toThrow('cannot prove the RuntimeClass "edera"');
  expect(() => probe({ schedule: 'daily' })).toThrow('must be a cron expression of five fields such as "0 6 * * *", got "daily"');
});

describe('the script', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'probe-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs it in a shell whose files below /proc and whose dmesg are these. */
  function run(kind: 'gvisor' | 'kata', proc: { version?: string; cmdline?: string; mounts?: string }, kernelLog = '') {
    const files = { version: 'Linux version 6.8.0\n', cmdline: 'root=/dev/sda1\n', mounts: 'overlay / overlay rw 0 0\n', ...proc };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'dmesg'), `#!/bin/sh\necho '${kernelLog}'\n`);
    chmodSync(join(folder, 'dmesg'), 0o755);
    const script = probeScript(kind, 'class').replaceAll('/proc/', `${folder}/`);
    return spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { PATH: `${folder}:${process.env.PATH}`, NODE_NAME: 'node-1' } });
  }

  test.each<['gvisor' | 'kata', string, object, string]>([
    ['gvisor', 'the banner', {}, '[    0.000000] Starting gVisor...'],
    ['gvisor', 'the date', { version: 'Linux version 4.19.0-gvisor #1 SMP Sun Jan 10 15:06:54 PST 2016' }, ''],
    ['kata', 'the unit', { cmdline: 'console=hvc0 systemd.unit=kata-containers.target agent.log=debug' }, ''],
    ['kata', 'the shared folder', { mounts: 'kataShared /etc/hosts virtiofs rw 0 0' }, ''],
  ])('proves %s by %s', (kind, _what, proc, log) => {
    const { status, stdout } = run(kind, proc, log);
    expect(stdout).toContain('RuntimeClass class, node node-1\nkernel: Linux version');
    expect(stdout).toContain(`PROVEN: this container runs in ${kind === 'gvisor' ? 'gVisor' : 'Kata Containers'}`);
    expect(status).toBe(0);
  });

  test.each(['gvisor', 'kata'] as const)('does not take an ordinary container for %s', (kind) => {
    const { status, stdout } = run(kind, {});
    expect(stdout).toContain('NOT PROVEN: nothing here is of');
    expect(status).toBe(1);
  });
});
