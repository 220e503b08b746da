import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, SandboxRuntime } from '../../src';

const release = GVisorRelease.V20261005_0;

function deployment(chart: Chart, spec: object = {}): ApiObject {
  return new ApiObject(chart, 'deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { selector: {}, template: { spec: { containers: [{ name: 'app', image: 'app' }], ...spec } } },
  });
}

test('a construct that is taken out of the app takes neither the sandboxes nor the check with it', () => {
  const app = new App();
  const platform = new Chart(app, 'platform');
  const team = new Chart(app, 'team');
  SandboxRuntime.fromRuntimeClassName(platform, 'passing', 'aks');
  new GVisorRuntime(platform, 'gvisor', { release }).sandbox(deployment(team));
  platform.node.tryRemoveChild('passing');
  expect(app.synthYaml()).toContain('runtimeClassName: gvisor');
  platform.node.tryRemoveChild('node-installer');
  expect(() => app.synthYaml()).toThrow('handler-installed: RuntimeClass gvisor: nothing here installs the handler "runsc"');
});

test('Pods in a list are judged as any others', () => {
  const chart = new Chart(Testing.app(), 'platform');
  new GVisorRuntime(chart, 'gvisor', { release });
  new ApiObject(chart, 'list', {
    apiVersion: 'v1',
    kind: 'List',
    items: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'curious' }, spec: { runtimeClassName: 'gvisor', hostPID: true, containers: [{ name: 'app', image: 'app' }] } }],
  } as any);
  expect(() => Testing.synth(chart)).toThrow('Pod curious: hostPID is true');
});

test('what else is called a list is not taken apart', () => {
  const chart = new Chart(Testing.app(), 'platform');
  new GVisorRuntime(chart, 'gvisor', { release });
  const items = [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'curious' }, spec: { runtimeClassName: 'gvisor', hostPID: true, containers: [{ name: 'app', image: 'app' }] } }];
  new ApiObject(chart, 'list', { apiVersion: 'example.com/v1', kind: 'AllowList', items } as any);
  expect(Testing.synth(chart).map(({ kind }) => kind)).toContain('AllowList');
});

test('an app with two copies of this package is refused, for neither knows the runtimes of the other', () => {
  const chart = new Chart(Testing.app(), 'platform');
  new NodeInstaller(chart, 'installer');
  new GVisorRuntime(chart, 'gvisor', { release });
  jest.isolateModules(() => {
    const copy = jest.requireActual('../../src');
    expect(() => copy.SandboxRuntime.fromRuntimeClassName(chart, 'theirs', 'gvisor'))
      .toThrow('platform/theirs uses another copy of cdk8s-sandbox-runtimes than the rest of its app');
  });
});
