import { App, Chart } from 'cdk8s';
import { GVisorPlatform, GVisorRelease, GVisorRuntime, type GVisorRuntimeProps } from '../../src';

let warn: jest.SpyInstance;
beforeEach(() => { warn = jest.spyOn(console, 'warn').mockImplementation(); });
afterEach(() => warn.mockRestore());

/** What synth prints about a runtime, in an app of two charts, each of which cdk8s validates. */
function warnings(props: Partial<GVisorRuntimeProps>): string[] {
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  new Chart(app, 'other');
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, ...props });
  app.synthYaml();
  return warn.mock.calls.flat();
}

test.each<[Partial<GVisorRuntimeProps>, string]>([
  [{ platform: GVisorPlatform.PTRACE }, 'sandbox/gvisor has runsc\'s platform "ptrace", which gVisor no longer supports and is going to remove; use GVisorPlatform.SYSTRAP'],
  [{ ignoreCgroups: true }, 'sandbox/gvisor has runsc\'s ignore-cgroups "true", so that the resource limits of its Pods have no effect; leave it out'],
  [{ extraFlags: { 'allow-flag-override': 'true' } }, 'sandbox/gvisor has runsc\'s allow-flag-override "true", so that whoever may write the annotations of a sandbox changes how it is built; leave it out'],
  [{ extraFlags: { iouring: '1' } }, 'sandbox/gvisor has runsc\'s iouring "1", which is for tests only; leave it out'],
  [{ extraFlags: { profile: 'T' } }, 'sandbox/gvisor has runsc\'s profile "T", which weakens the sandbox\'s system call filter and is not for production; leave it out'],
])('%j is warned of, once in a synth', (props, message) => {
  expect(warnings(props)).toEqual([`warning: ${message}`]);
});

test.each<[Partial<GVisorRuntimeProps>]>([
  [{}],
  [{ platform: GVisorPlatform.KVM, debug: true }],
  [{ ignoreCgroups: false, extraFlags: { 'allow-flag-override': 'false', 'iouring': '0', 'profile': 'F', 'constructor': 'true' } }],
])('%j is nothing to be warned of', (props) => {
  expect(warnings(props)).toEqual([]);
});

test('each of several is said', () => {
  expect(warnings({ platform: GVisorPlatform.PTRACE, ignoreCgroups: true })).toHaveLength(2);
});
