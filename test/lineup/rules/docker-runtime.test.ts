import { Chart } from 'cdk8s';
import { DockerRegistration, GVisorRelease, GVisorRuntime, NodeInstaller, NodePlatform, type DockerPlatformOptions } from '../../../src';
import { editFile, editPlan, findingsOf, messagesOf, quickstart, synthesized, type Manifests } from '../fixture';

const RULE = 'docker-runtime';
const FILE = 'runsc.docker.json';

function docker(options: DockerPlatformOptions = {}): Manifests {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox');
    new NodeInstaller(chart, 'installer', { platform: NodePlatform.docker(options) });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, debug: true });
  });
}

const BY_PATH = { registration: DockerRegistration.PATH };

beforeEach(() => jest.spyOn(console, 'warn').mockImplementation());
afterEach(() => jest.restoreAllMocks());

function errors(manifests: Manifests): string[] {
  return findingsOf(RULE, manifests).filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

test.each([{}, BY_PATH, { defaultRuntime: 'runsc' }])('accepts what is synthesized for %j', (options) => {
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
  expect(() => docker({ defaultRuntime: 'kata' })).toThrow('"kata" is to be Docker\'s default-runtime, and the plan installs only runsc; write one of these, or leave it out');
});

test('reports another registration than the plan\'s', () => {
  const manifests = docker();
  editPlan(manifests, (plan) => { plan.platform.registration = 'path'; });
  expect(errors(manifests)).toEqual([expect.stringContaining(`${FILE} registers by runtimeType, but the plan says path`)]);
});

test('reports members that Docker does not take together', () => {
  const manifests = docker();
  editFile(manifests, FILE, '"runtimeType":', '"runtimeArgs": [], "runtimeType":');
  expect(errors(manifests)).toEqual([expect.stringContaining('has runtimeArgs beside runtimeType, with which Docker does not start')]);
});

test('reports arguments that are not the options of runsc', () => {
  const manifests = docker(BY_PATH);
  editFile(manifests, FILE, '--platform=systrap', '--platform=ptrace');
  expect(errors(manifests)).toEqual([expect.stringContaining('starts runsc with "--debug=true --debug-log=/var/log/runsc/ --platform=ptrace", but its options are')]);
});

test.each([
  ['another runtime', '"runsc":', '"runsd":', 'is of the handler "runsd", but the plan installs "runsc"; write "runtimes"."runsc" in daemon.json'],
  ['a second setting', '"runtimes":', '"debug": true, "runtimes":', 'has "debug" beside what belongs there; write exactly one member of "runtimes"'],
  ['a comment', '{\n  "runtimes"', '{ // ours\n  "runtimes"', 'is not JSON'],
])('%s in what is merged is a broken runtime table', (_what, from, to, message) => {
  const manifests = docker();
  editFile(manifests, FILE, from, to);
  expect(messagesOf('runtime-table', manifests)).toEqual([expect.stringContaining(message)]);
});

test('reports another shim and another configuration by the names that Docker has for them', () => {
  const manifests = docker();
  editFile(manifests, FILE, 'containerd-shim-runsc-v1"', 'containerd-shim-runsd-v1"');
  editFile(manifests, FILE, '/config/runsc/', '/config/runsd/');
  expect(messagesOf('shim', manifests)).toEqual([expect.stringContaining('has runtimeType "/opt/sandbox-runtimes/gvisor/20261005.0/containerd-shim-runsd-v1"')]);
  expect(messagesOf('config-path', manifests)).toEqual([expect.stringContaining('has ConfigPath "/opt/sandbox-runtimes/config/runsd/')]);
});
