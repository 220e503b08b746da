import { ApiObject, App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, RuntimeClassPolicy, SandboxedNamespace, SandboxRuntime } from '../../src';

function setUp() {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'sandbox-system' });
  const installer = (createNamespace?: boolean) => {
    new NodeInstaller(platform, 'installer', { createNamespace });
    return new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
  };
  return { app, platform, installer };
}

test('a namespace for untrusted code that is the installer\'s is refused, from whatever chart', () => {
  const { app, installer } = setUp();
  installer();
  new SandboxedNamespace(new Chart(app, 'team'), 'untrusted', { name: 'sandbox-system' });
  expect(() => app.synthYaml()).toThrow('platform/installer/Namespace and team/untrusted/Resource are both the Namespace "sandbox-system", and a cluster keeps only one of them; '
    + 'choose another namespace for one of them, or write createNamespace: false for the NodeInstaller');
});

test('a namespace of one\'s own beside the installer\'s is refused, and taken where the installer makes none', () => {
  const synthesized = (createNamespace?: boolean) => {
    const { app, platform, installer } = setUp();
    new ApiObject(platform, 'own', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sandbox-system', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } });
    installer(createNamespace);
    return app.synthYaml();
  };
  expect(() => synthesized()).toThrow('platform/own and platform/installer/Namespace are both the Namespace "sandbox-system"');
  expect(synthesized(false).match(/kind: Namespace/g)).toHaveLength(1);
});

test('two namespaces of one name in a chart are refused', () => {
  const { app, platform } = setUp();
  for (const id of ['one', 'two']) new SandboxedNamespace(platform, id, { name: 'team-a' });
  expect(() => app.synthYaml()).toThrow('platform/one/Resource and platform/two/Resource are both the Namespace "team-a", and a cluster keeps only one of them; give one of them another name');
});

test('two policies whose paths give one name are refused', () => {
  const { app, platform } = setUp();
  const runtimes = [SandboxRuntime.fromRuntimeClassName(platform, 'gke', 'gvisor')];
  new RuntimeClassPolicy(platform, 'team-a', { runtimes });
  new RuntimeClassPolicy(new SandboxedNamespace(platform, 'team', { name: 'team-a' }), 'a', { runtimes });
  expect(() => app.synthYaml()).toThrow('platform/team-a/Policy and platform/team/a/Policy are both the ValidatingAdmissionPolicy "sandbox-system.platform-team-a"');
});

test('charts for several clusters may have the same names', () => {
  const app = new App();
  for (const cluster of ['staging', 'production']) {
    const chart = new Chart(app, cluster);
    new SandboxedNamespace(chart, 'team', { name: 'team-a', runtime: SandboxRuntime.fromRuntimeClassName(chart, 'gke', 'gvisor') });
  }
  expect(app.synthYaml().match(/kind: Namespace/g)).toHaveLength(2);
});

test('two of somebody else\'s objects are nobody\'s concern', () => {
  const { app, platform, installer } = setUp();
  installer();
  for (const id of ['one', 'two']) new ApiObject(platform, id, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } });
  expect(app.synthYaml().match(/name: team-a/g)).toHaveLength(2);
});
