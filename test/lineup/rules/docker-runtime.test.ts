import { Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, NodeInstaller, NodePlatform, type DockerPlatformOptions } from '../../../src';
import { editFile, findingsOf, messagesOf, quickstart, synthesized, type Manifests } from '../fixture';

const RULE = 'docker-runtime';
const GVISOR = 'runsc.docker.json';
const KATA = 'kata-qemu-runtime-rs.docker.json';

function docker(options: DockerPlatformOptions = {}): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox');
    new NodeInstaller(chart, 'installer', { platform: NodePlatform.docker(options) });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, debug: true });
    new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0 });
  });
}

beforeEach(() => jest.spyOn(console, 'warn').mockImplementation());
afterEach(() => jest.restoreAllMocks());

function errors(manifests: Manifests): string[] {
  return findingsOf(RULE, manifests).filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

test.each([{}, { defaultRuntime: 'runsc' }])('accepts what is synthesized for %j', (options) => {
  expect(errors(docker(options))).toEqual([]);
});

test('warns that a sandbox is not for a Pod but for a container', () => {
  expect(findingsOf(RULE, docker())).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('each container of a Pod has a sandbox of its own, and RuntimeClasses need cri-dockerd 0.4') },
  ]);
});

test('has nothing to say about containerd', () => {
  expect(findingsOf(RULE, quickstart())).toEqual([]);
});

test('refuses at synth a default-runtime that is not installed', () => {
  expect(() => docker({ defaultRuntime: 'kata' })).toThrow('"kata" is to be Docker\'s default-runtime, and the plan installs only kata-qemu-runtime-rs, runsc; write one of these, or leave it out');
});

test('reports gVisor\'s shim, whose containers hang on Docker', () => {
  const manifests = docker();
  editFile(manifests, GVISOR, '"path":', '"runtimeType":');
  expect(errors(manifests)).toEqual([
    expect.stringContaining(`${GVISOR} registers gvisor by runtimeType, with which no container starts on Docker; write path`),
    expect.stringContaining('has runtimeArgs beside runtimeType, with which Docker does not start'),
  ]);
});

test('reports Kata\'s shim where a program like runc is meant', () => {
  const manifests = docker();
  editFile(manifests, KATA, '"runtimeType":', '"path":');
  expect(errors(manifests)).toEqual([
    expect.stringContaining(`${KATA} registers kata-qemu-runtime-rs by path, with which no container starts on Docker; write runtimeType`),
    expect.stringContaining('has options beside path, with which Docker does not start'),
  ]);
});

test('reports arguments that are not the options of runsc', () => {
  const manifests = docker();
  editFile(manifests, GVISOR, '--platform=systrap', '--platform=ptrace');
  expect(errors(manifests)).toEqual([expect.stringContaining('starts runsc with "--debug=true --debug-log=/var/log/runsc/ --platform=ptrace", but its options are')]);
});

test.each([
  ['another runtime', '"runsc":', '"runsd":', 'is of the handler "runsd", but the plan installs "runsc"; write "runtimes"."runsc" in daemon.json'],
  ['a second setting', '"runtimes":', '"debug": true, "runtimes":', 'has "debug" beside what belongs there; write exactly one member of "runtimes"'],
  ['a comment', '{\n  "runtimes"', '{ // ours\n  "runtimes"', 'is not JSON'],
])('%s in what is merged is a broken runtime table', (_what, from, to, message) => {
  const manifests = docker();
  editFile(manifests, GVISOR, from, to);
  expect(messagesOf('runtime-table', manifests)).toEqual([expect.stringContaining(message)]);
});

test('reports another program, shim and configuration by the names that Docker has for them', () => {
  const manifests = docker();
  editFile(manifests, GVISOR, '/runsc"', '/runsd"');
  editFile(manifests, KATA, 'containerd-shim-kata-v2"', 'containerd-shim-kata-v3"');
  editFile(manifests, KATA, '/config/kata-qemu-runtime-rs/', '/config/kata/');
  expect(messagesOf('shim', manifests)).toEqual([
    expect.stringContaining('has runtimeType "/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.2.0/runtime-rs/bin/containerd-shim-kata-v3"'),
    expect.stringContaining('has path "/opt/sandbox-runtimes/gvisor/20261005.0/runsd"'),
  ]);
  expect(messagesOf('config-path', manifests)).toEqual([expect.stringContaining('has ConfigPath "/opt/sandbox-runtimes/config/kata/')]);
});
