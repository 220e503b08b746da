import { ApiObject, App, Chart, Lazy, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { GVisorRelease, GVisorRuntime, SandboxRuntime } from '../../src';

function setUp() {
  const app = Testing.app();
  const platform = new Chart(app, 'platform', { namespace: 'sandbox-system' });
  const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
  const team = new Chart(app, 'team', { namespace: 'team-a' });
  return { app, platform, gvisor, team };
}

const spec = { containers: [{ name: 'main', image: 'busybox' }] };
const template = { spec };

const KINDS: [string, string, object, (o: any) => any][] = [
  ['v1', 'Pod', { spec }, (o) => o.spec],
  ['v1', 'PodTemplate', { template }, (o) => o.template.spec],
  ['v1', 'ReplicationController', { spec: { template } }, (o) => o.spec.template.spec],
  ['apps/v1', 'Deployment', { spec: { template } }, (o) => o.spec.template.spec],
  ['apps/v1', 'DaemonSet', { spec: { template } }, (o) => o.spec.template.spec],
  ['apps/v1', 'StatefulSet', { spec: { template } }, (o) => o.spec.template.spec],
  ['apps/v1', 'ReplicaSet', { spec: { template } }, (o) => o.spec.template.spec],
  ['batch/v1', 'Job', { spec: { template } }, (o) => o.spec.template.spec],
  ['batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template } } } }, (o) => o.spec.jobTemplate.spec.template.spec],
];

test.each(KINDS)('a plain %s %s runs in the sandbox', (apiVersion, kind, body, podSpec) => {
  const { gvisor, team } = setUp();
  const object = new ApiObject(team, 'it', { apiVersion, kind, ...body });

  gvisor.sandbox(object);

  expect(podSpec(Testing.synth(team)[0]).runtimeClassName).toBe('gvisor');
});

test('objects that are added to a construct after the call run in the sandbox too', () => {
  const { gvisor, team } = setUp();
  gvisor.sandbox(team);
  const group = new Construct(team, 'group');
  new ApiObject(group, 'late', { apiVersion: 'v1', kind: 'Pod', spec });

  expect(Testing.synth(team)[0].spec.runtimeClassName).toBe('gvisor');
});

test.each([
  ['Deployment', (scope: Construct) => new kplus.Deployment(scope, 'it', { containers: [{ image: 'busybox' }] }), (o: any) => o.spec.template.spec],
  ['CronJob', (scope: Construct) => new kplus.CronJob(scope, 'it', {
    schedule: { expressionString: '0 0 * * *' } as any, containers: [{ image: 'busybox' }],
  }), (o: any) => o.spec.jobTemplate.spec.template.spec],
  ['Pod', (scope: Construct) => new kplus.Pod(scope, 'it', { containers: [{ image: 'busybox' }] }), (o: any) => o.spec],
])('a %s of cdk8s-plus runs in the sandbox, also one that gets its containers later', (_kind, make, podSpec) => {
  const { gvisor, team } = setUp();

  gvisor.sandbox(make(team));

  expect(podSpec(Testing.synth(team)[0]).runtimeClassName).toBe('gvisor');
});

test('an imported L1, which drops JSON patches it does not know, keeps this one', () => {
  const { gvisor, team } = setUp();
  const deployment = new kplus.k8s.KubeDeployment(team, 'it', {
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec } },
  });

  gvisor.sandbox(deployment);

  expect(Testing.synth(team)[0].spec.template.spec.runtimeClassName).toBe('gvisor');
});

test('objects without Pods are left alone', () => {
  const { gvisor, team } = setUp();
  new ApiObject(team, 'config', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } });
  new ApiObject(team, 'volcano', { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', spec: { template } });
  gvisor.sandbox(team);

  expect(JSON.stringify(Testing.synth(team))).not.toContain('runtimeClassName');
});

test('the same sandbox twice is the same as once', () => {
  const { gvisor, team } = setUp();
  const pod = new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec });
  gvisor.sandbox(pod);
  gvisor.sandbox(pod);
  gvisor.sandbox(team);

  expect(Testing.synth(team)).toEqual(Testing.synth(team));
  expect(Testing.synth(team)[0].spec.runtimeClassName).toBe('gvisor');
});

test('two sandboxes for one construct are refused at once, and both are named', () => {
  const { gvisor, team } = setUp();
  const gke = SandboxRuntime.fromRuntimeClassName(team, 'gke', 'gke-gvisor');
  gvisor.sandbox(team);

  expect(() => gke.sandbox(team)).toThrow('team is to run in two sandboxes, platform/gvisor (RuntimeClass "gvisor") and team/gke (RuntimeClass "gke-gvisor")');
});

test('two sandboxes for one object by way of its parent are refused at synth, and both are named', () => {
  const { gvisor, team } = setUp();
  const gke = SandboxRuntime.fromRuntimeClassName(team, 'gke', 'gke-gvisor');
  const pod = new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec });
  gvisor.sandbox(team);
  gke.sandbox(pod);

  expect(() => Testing.synth(team)).toThrow('team/it is to run in two sandboxes, platform/gvisor (RuntimeClass "gvisor") and team/gke (RuntimeClass "gke-gvisor")');
});

test('an object that names another RuntimeClass itself is refused, not overwritten', () => {
  const { gvisor, team } = setUp();
  const pod = new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec: { ...spec, runtimeClassName: 'kata' } });
  gvisor.sandbox(pod);

  expect(() => Testing.synth(team)).toThrow('team/it (Pod) sets runtimeClassName "kata" and is to run in platform/gvisor (RuntimeClass "gvisor")');
});

test('an object that already names this RuntimeClass is fine', () => {
  const { gvisor, team } = setUp();
  const pod = new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec: Lazy.any({ produce: () => ({ ...spec, runtimeClassName: 'gvisor' }) }) });
  gvisor.sandbox(pod);

  expect(Testing.synth(team)[0].spec.runtimeClassName).toBe('gvisor');
});

test('an object without a Pod spec is refused by its path', () => {
  const { gvisor, team } = setUp();
  gvisor.sandbox(new ApiObject(team, 'it', { apiVersion: 'apps/v1', kind: 'Deployment', spec: {} }));

  expect(() => Testing.synth(team)).toThrow('team/it (Deployment) has no spec.template.spec');
});

test('Pods may run in a RuntimeClass that exists already', () => {
  const app = Testing.app();
  const team = new Chart(app, 'team');
  const gke = SandboxRuntime.fromRuntimeClassName(team, 'gke', 'gvisor');
  gke.sandbox(new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec }));

  expect(Testing.synth(team)).toHaveLength(1);
  expect(Testing.synth(team)[0].spec.runtimeClassName).toBe('gvisor');
});

test('a Pod with hostNetwork is refused on gVisor', () => {
  const { gvisor, team } = setUp();
  gvisor.sandbox(new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec: { ...spec, hostNetwork: true } }));

  expect(() => Testing.synth(team)).toThrow(/hostNetwork/);
});

test('other people\'s Pods may name classes that the app does not know', () => {
  const { app, team } = setUp();
  new ApiObject(team, 'gpu', { apiVersion: 'v1', kind: 'Pod', spec: { ...spec, runtimeClassName: 'nvidia' } });

  expect(() => app.synthYaml()).not.toThrow();
});

test('synth says the same in every pass, and sees what changed in between', () => {
  const app = new App({ outdir: Testing.app().outdir });
  const platform = new Chart(app, 'platform', { namespace: 'sandbox-system' });
  const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
  const team = new Chart(app, 'team');
  gvisor.sandbox(team);
  const first = app.synthYaml();
  expect(app.synthYaml()).toBe(first);

  new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec: { ...spec, hostPID: true } });

  expect(() => app.synthYaml()).toThrow(/hostPID/);
});

test('an installer stays outside of the sandbox that only it can bring', () => {
  const { app, platform, gvisor } = setUp();
  gvisor.sandbox(app);
  new ApiObject(platform, 'it', { apiVersion: 'v1', kind: 'Pod', spec });

  const objects = Testing.synth(platform);

  expect(objects.find(({ kind }) => kind === 'DaemonSet').spec.template.spec.runtimeClassName).toBeUndefined();
  expect(objects.find(({ kind }) => kind === 'Pod').spec.runtimeClassName).toBe('gvisor');
});

test('an object that bears no Pods is refused instead of silently running outside', () => {
  const { gvisor, team } = setUp();
  const rollout = new ApiObject(team, 'it', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { template } });

  expect(() => gvisor.sandbox(rollout)).toThrow('team/it (argoproj.io/v1alpha1 Rollout) is of no kind that bears Pods');
});

test('an object of another app is refused instead of silently running outside', () => {
  const { gvisor } = setUp();
  const other = new Chart(Testing.app(), 'other');

  expect(() => gvisor.sandbox(other)).toThrow('other belongs to another app than platform/gvisor (RuntimeClass "gvisor")');
});

test('a RuntimeClass that exists already and one that is installed cannot have one name, whichever comes first', () => {
  const { platform, team } = setUp();
  expect(() => SandboxRuntime.fromRuntimeClassName(team, 'gke', 'gvisor'))
    .toThrow('platform/gvisor and team/gke both have the RuntimeClass "gvisor"');

  SandboxRuntime.fromRuntimeClassName(team, 'gke-2', 'gke-gvisor');
  SandboxRuntime.fromRuntimeClassName(team, 'gke-3', 'gke-gvisor');
  expect(() => new GVisorRuntime(platform, 'second', { release: GVisorRelease.V20260928_0, handler: 'runsc-2', runtimeClassName: 'gke-gvisor' }))
    .toThrow('team/gke-2 and platform/second both have the RuntimeClass "gke-gvisor"');
});
