import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Helm, Include, JsonPatch, Lazy, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { CompatibilityRule, GVisorRelease, GVisorRuntime, NodeInstaller, SandboxRuntime } from '../../src';

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
  ['agents.x-k8s.io/v1beta1', 'Sandbox', { spec: { podTemplate: template } }, (o) => o.spec.podTemplate.spec],
  ['extensions.agents.x-k8s.io/v1beta1', 'SandboxTemplate', { spec: { podTemplate: template } }, (o) => o.spec.podTemplate.spec],
  ['argoproj.io/v1alpha1', 'Rollout', { spec: { template } }, (o) => o.spec.template.spec],
  ['serving.knative.dev/v1', 'Service', { spec: { template } }, (o) => o.spec.template.spec],
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
  const job = new ApiObject(team, 'it', { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', spec: { tasks: [{ template }] } });

  expect(() => gvisor.sandbox(job)).toThrow('team/it (batch.volcano.sh/v1alpha1 Job) is of no kind whose Pods the library knows how to find');
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

/** What charts of others look like: an empty class name, fields that nobody knows, several kinds. */
const CHART = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: team-a }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      runtimeClassName: ""
      fieldOfTomorrow: { kept: true }
      containers: [{ name: web, image: nginx }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: team-a }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

describe('a chart of somebody else that cannot set runtimeClassName', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'chart-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  const included = (scope: Construct) => {
    writeFileSync(join(folder, 'web.yaml'), CHART);
    return new Include(scope, 'web', { url: join(folder, 'web.yaml') });
  };
  const helmed = (scope: Construct) => {
    const helm = join(folder, 'helm');
    writeFileSync(helm, `#!/bin/sh\ncat <<'END'\n${CHART}END\n`);
    chmodSync(helm, 0o755);
    return new Helm(scope, 'web', { chart: 'web', helmExecutable: helm });
  };

  test.each([['Include', included], ['Helm', helmed]])('runs in the sandbox by way of %s, nothing lost and the empty name replaced', (_what, make) => {
    const { gvisor, team } = setUp();
    gvisor.sandbox(make(team));

    const [deployment, service] = Testing.synth(team);

    expect(deployment.spec.template.spec).toEqual({ runtimeClassName: 'gvisor', fieldOfTomorrow: { kept: true }, containers: [{ name: 'web', image: 'nginx' }] });
    expect(service.spec).toEqual({ selector: { app: 'web' }, ports: [{ port: 80 }] });
  });
});

test('the patches of an object are kept, and those added after the call, too', () => {
  const { gvisor, team } = setUp();
  const pod = new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec });
  pod.addJsonPatch(JsonPatch.add('/spec/priorityClassName', 'high'));
  gvisor.sandbox(pod);
  expect(Testing.synth(team)[0].spec).toMatchObject({ priorityClassName: 'high', runtimeClassName: 'gvisor' });

  pod.addJsonPatch(JsonPatch.add('/spec/dnsPolicy', 'Default'));
  expect(Testing.synth(team)[0].spec).toMatchObject({ priorityClassName: 'high', dnsPolicy: 'Default', runtimeClassName: 'gvisor' });
});

test('an L1 that serializes only what it knows cannot drop the sandbox', () => {
  class OldKind extends ApiObject {
    public toJson(): any {
      const { apiVersion, kind, metadata, spec: { template: { spec: { containers } } } } = super.toJson();
      return { apiVersion, kind, metadata, spec: { template: { spec: { containers } } } };
    }
  }
  const { gvisor, team } = setUp();
  gvisor.sandbox(new OldKind(team, 'it', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } } as any));

  expect(Testing.synth(team)[0].spec.template.spec.runtimeClassName).toBe('gvisor');
});

describe('a custom resource', () => {
  const volcano = (scope: Construct, ...specs: object[]) => new ApiObject(scope, 'it', {
    apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', metadata: { name: 'train' }, spec: { tasks: specs.map((one) => ({ template: { spec: one } })) },
  });
  const podSpecPath = 'spec.tasks.*.template.spec';

  test('runs in the sandbox by the path to its Pods, all of them', () => {
    const { gvisor, team } = setUp();
    gvisor.sandbox(volcano(team, spec, spec), { podSpecPath });

    expect(Testing.synth(team)[0].spec.tasks.map((task: any) => task.template.spec.runtimeClassName)).toEqual(['gvisor', 'gvisor']);
  });

  test('is judged like any Pod', () => {
    const { gvisor, team } = setUp();
    gvisor.sandbox(volcano(team, spec, { ...spec, hostPID: true }), { podSpecPath });

    expect(() => Testing.synth(team)).toThrow('host-pid: PodTemplate team-a/train (Job, spec.tasks.1.template.spec): hostPID is true');
  });

  test('is refused where the path leads to nothing', () => {
    const { gvisor, team } = setUp();
    gvisor.sandbox(volcano(team), { podSpecPath });

    expect(() => Testing.synth(team)).toThrow('team/it (Job) has no spec.tasks.*.template.spec');
  });

  test('below a chart that is in the sandbox is named, since nobody knows its Pods', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const { gvisor, team } = setUp();
    volcano(team, spec);
    gvisor.sandbox(team);
    Testing.synth(team);

    expect(warn).toHaveBeenCalledWith(expect.stringContaining('team/it (batch.volcano.sh/v1alpha1 Job) has containers, and nobody told the library where its Pods are'));
    warn.mockRestore();
  });

  test.each(['', 'spec', 'spec..spec', 'spec.template', '/spec/template/spec'].filter((path) => path !== 'spec'))('is refused with the path "%s"', (path) => {
    const { gvisor, team } = setUp();
    expect(() => gvisor.sandbox(volcano(team, spec), { podSpecPath: path })).toThrow('podSpecPath must be names with "."');
  });

  describe('that keeps Pods at two places', () => {
    const pipeline = (scope: Construct, first: object = spec) => new ApiObject(scope, 'it', {
      apiVersion: 'example.com/v1', kind: 'Pipeline', metadata: { name: 'train' }, spec: { a: { spec: first }, b: { spec } },
    });

    test('has the sandbox at both of them', () => {
      const { gvisor, team } = setUp();
      const object = pipeline(team);
      gvisor.sandbox(object, { podSpecPath: 'spec.a.spec' });
      gvisor.sandbox(object, { podSpecPath: 'spec.b.spec' });
      gvisor.sandbox(object, { podSpecPath: 'spec.b.spec' });

      const [{ spec: { a, b } }] = Testing.synth(team);
      expect([a.spec.runtimeClassName, b.spec.runtimeClassName]).toEqual(['gvisor', 'gvisor']);
    });

    test('is judged at both of them, and has an exception where it was made', () => {
      const { gvisor, team } = setUp();
      const object = pipeline(team, { ...spec, hostPID: true });
      const exceptions = [{ rule: CompatibilityRule.HOST_PID, reason: 'its own processes are all it wants to see' }];
      gvisor.sandbox(object, { podSpecPath: 'spec.b.spec' });
      gvisor.sandbox(object, { podSpecPath: 'spec.a.spec' });
      expect(() => Testing.synth(team)).toThrow('host-pid: PodTemplate team-a/train (Pipeline, spec.a.spec): hostPID is true');

      gvisor.sandbox(object, { podSpecPath: 'spec.a.spec', exceptions });
      const [{ spec: { a, b } }] = Testing.synth(team);
      expect([a.metadata, b.metadata]).toEqual([{ annotations: { 'except.sandbox-runtimes/host-pid': exceptions[0].reason } }, undefined]);
    });

    test('is refused where one of the paths leads to nothing', () => {
      const { gvisor, team } = setUp();
      const object = pipeline(team);
      gvisor.sandbox(object, { podSpecPath: 'spec.a.spec' });
      gvisor.sandbox(object, { podSpecPath: 'spec.c.spec' });
      expect(() => Testing.synth(team)).toThrow('team/it (Pipeline) has no spec.c.spec');
    });

    test.each(['spec.a.spec', 'spec.b.spec'])('is refused with another sandbox at %s, and both are named', (second) => {
      const { gvisor, team } = setUp();
      const gke = SandboxRuntime.fromRuntimeClassName(team, 'gke', 'gke-gvisor');
      const object = pipeline(team);
      gvisor.sandbox(object, { podSpecPath: 'spec.a.spec' });
      expect(() => gke.sandbox(object, { podSpecPath: second }))
        .toThrow('team/it is to run in two sandboxes, platform/gvisor (RuntimeClass "gvisor") and team/gke (RuntimeClass "gke-gvisor"); choose one');
    });
  });

  test('is the only kind of object that needs a path', () => {
    const { gvisor, team } = setUp();
    expect(() => gvisor.sandbox(team, { podSpecPath })).toThrow(`podSpecPath "${podSpecPath}" is for an object of a kind that the library does not know, and team is none`);
  });
});

describe('an exception', () => {
  const exceptions = [{ rule: CompatibilityRule.HOST_PID, reason: 'its own processes are all it wants to see' }];

  test('lets a Pod through, and stays in the YAML beside what is there', () => {
    const { gvisor, team } = setUp();
    const deployment = new ApiObject(team, 'it', {
      apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { metadata: { annotations: { a: 'b' } }, spec: { ...spec, hostPID: true } } },
    });
    gvisor.sandbox(team);
    gvisor.sandbox(deployment, { exceptions });

    expect(Testing.synth(team)[0].spec.template.metadata.annotations).toEqual({ 'a': 'b', 'except.sandbox-runtimes/host-pid': exceptions[0].reason });
  });

  test.each([
    ['without a reason', { rule: CompatibilityRule.HOST_PID, reason: ' ' }, 'team has an exception from host-pid without a reason'],
    ['from a rule that is not there', { rule: 'host-pit' as CompatibilityRule, reason: 'why' }, 'team has an exception from "host-pit", which is no CompatibilityRule'],
  ])('%s is refused', (_what, exception, message) => {
    const { gvisor, team } = setUp();
    expect(() => gvisor.sandbox(team, { exceptions: [exception] })).toThrow(message);
  });
});

describe('the scheduling of the class in the Pod', () => {
  const READY = { 'sandbox-runtimes.node-restriction.kubernetes.io/runsc': 'ready' };

  test('is written there for schedulers that ignore RuntimeClasses, beside what the Pod has', () => {
    const app = Testing.app();
    const platform = new Chart(app, 'platform', { namespace: 'sandbox-system' });
    new NodeInstaller(platform, 'installer', { tolerations: [{ key: 'pool', value: 'sandbox' }] });
    const gvisor = new GVisorRuntime(platform, 'gvisor', { release: GVisorRelease.V20261005_0 });
    const team = new Chart(app, 'team');
    const mine = { key: 'mine', operator: 'Exists' };
    gvisor.sandbox(new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec: { ...spec, nodeSelector: { disk: 'ssd' }, tolerations: [mine] } }), { schedulingInPod: true });

    for (let times = 0; times < 2; times++) {
      expect(Testing.synth(team)[0].spec).toMatchObject({
        nodeSelector: { disk: 'ssd', ...READY }, tolerations: [mine, { key: 'pool', operator: 'Equal', value: 'sandbox' }],
      });
    }
  });

  test('is not asked for by "false"', () => {
    const { gvisor, team } = setUp();
    expect(() => gvisor.sandbox(team, { schedulingInPod: 'false' as any })).toThrow('schedulingInPod of the sandbox of team must be true or false, without quotes, got "false"');
  });

  test('cannot be written where it is not known', () => {
    const { team } = setUp();
    const gke = SandboxRuntime.fromRuntimeClassName(team, 'gke', 'gke-gvisor');
    expect(() => gke.sandbox(team, { schedulingInPod: true })).toThrow('this app does not know that RuntimeClass');
  });
});

describe('a list, as kubectl gives it', () => {
  const list = (scope: Construct, apiVersion: string, kind: string, ...items: object[]) => new ApiObject(scope, 'many', { apiVersion, kind, items });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template } };

  test.each([
    ['v1', 'PodList', 'items.*.spec', pod],
    ['apps/v1', 'DeploymentList', 'items.*.spec.template.spec', deployment],
    ['batch/v1', 'CronJobList', 'items.*.spec.jobTemplate.spec.template.spec', { spec: { jobTemplate: { spec: { template } } } }],
  ])('%s %s is refused with the path that it needs, %s, and runs in the sandbox by it', (apiVersion, kind, podSpecPath, item) => {
    const { gvisor, team } = setUp();
    const many = list(team, apiVersion, kind, item, item);
    expect(() => gvisor.sandbox(many)).toThrow(`team/many (${apiVersion} ${kind}) is a list; say where the Pods of its items are (podSpecPath: '${podSpecPath}'), or make each of its items an object of its own`);

    gvisor.sandbox(many, { podSpecPath });
    expect(JSON.stringify(Testing.synth(team)[0]).match(/"runtimeClassName":"gvisor"/g)).toHaveLength(2);
  });

  test('v1 List is refused with the paths that it may need, and runs in the sandbox by one of them', () => {
    const { gvisor, team } = setUp();
    const many = list(team, 'v1', 'List', pod);
    expect(() => gvisor.sandbox(many)).toThrow('team/many (v1 List) is a list; say where the Pods of its items are (podSpecPath: \'items.*.spec\' for Pods, \'items.*.spec.template.spec\' for Deployments), or make each');

    gvisor.sandbox(many, { podSpecPath: 'items.*.spec' });
    expect(Testing.synth(team)[0].items[0].spec.runtimeClassName).toBe('gvisor');
  });

  test.each([
    ['v1', 'List', '\'items.*.spec\' for Pods, \'items.*.spec.template.spec\' for Deployments'], ['apps/v1', 'DeploymentList', '\'items.*.spec.template.spec\''],
  ])('%s %s with containers is refused below a chart that is in a sandbox, as nobody would put its items there', (apiVersion, kind, paths) => {
    const { app, gvisor, team } = setUp();
    gvisor.sandbox(team);
    list(team, apiVersion, kind, deployment);
    expect(() => app.synthYaml()).toThrow(`team/many (${apiVersion} ${kind}) has containers, and is to run in platform/gvisor (RuntimeClass "gvisor"), but the library does not look into lists by itself; `
      + `call sandbox() for the object with podSpecPath: ${paths}, or make each of its items an object of its own`);
  });

  test('is not refused where its Pods were pointed out', () => {
    const { app, gvisor, team } = setUp();
    gvisor.sandbox(team);
    gvisor.sandbox(list(team, 'v1', 'List', deployment), { podSpecPath: 'items.*.spec.template.spec' });
    expect(app.synthYaml()).toContain('runtimeClassName: gvisor');
  });
});

describe('a custom resource whose Pods have containers under another name is named, too', () => {
  test.each<[string, string, object]>([
    ['argoproj.io/v1alpha1', 'Workflow', { templates: [{ name: 'main', container: { image: 'busybox' } }] }],
    ['argoproj.io/v1alpha1', 'CronWorkflow', { workflowSpec: { templates: [{ name: 'main', script: { image: 'busybox', source: 'true' } }] } }],
    ['tekton.dev/v1', 'Task', { steps: [{ name: 'main', image: 'busybox' }] }],
    ['tekton.dev/v1', 'Task', { stepTemplate: { image: 'busybox' }, steps: [{ name: 'main', script: 'true' }] }],
    ['tekton.dev/v1', 'Task', { sidecars: [{ image: 'busybox' }] }],
  ])('%s %s with %j', (apiVersion, kind, body) => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const { gvisor, team } = setUp();
    new ApiObject(team, 'it', { apiVersion, kind, spec: body });
    gvisor.sandbox(team);
    Testing.synth(team);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(`team/it (${apiVersion} ${kind}) has containers, and nobody told the library where its Pods are`));
    warn.mockRestore();
  });

  test('but not one that has none', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const { gvisor, team } = setUp();
    // Of somebody else's, the same words may mean anything.
    new ApiObject(team, 'release', { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', spec: { values: { sidecars: [{ image: 'busybox' }], script: { image: 'busybox' } } } });
    new ApiObject(team, 'it', { apiVersion: 'kyverno.io/v1', kind: 'Policy', spec: { image: 'busybox', script: 'true', container: 'main', steps: ['a', null], containers: {} } });
    gvisor.sandbox(team);
    Testing.synth(team);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});

describe('one RuntimeClass that was named twice is one sandbox', () => {
  const twice = (scope: Construct) => ['g', 'h'].map((id) => SandboxRuntime.fromRuntimeClassName(scope, id, 'gvisor'));

  test('for one object', () => {
    const team = new Chart(Testing.app(), 'team');
    const pod = new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec });
    for (const runtime of twice(team)) runtime.sandbox(pod);
    expect(Testing.synth(team)[0].spec.runtimeClassName).toBe('gvisor');
  });

  test('for an object and its chart', () => {
    const team = new Chart(Testing.app(), 'team');
    const [g, h] = twice(team);
    g.sandbox(team);
    h.sandbox(new ApiObject(team, 'it', { apiVersion: 'v1', kind: 'Pod', spec }));
    expect(Testing.synth(team)[0].spec.runtimeClassName).toBe('gvisor');
  });
});

test('a list without containers is nobody\'s concern', () => {
  const { app, gvisor, team } = setUp();
  gvisor.sandbox(team);
  new ApiObject(team, 'many', { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } }] });
  expect(app.synthYaml()).toContain('kind: List');
});

test.each([[true], [false]])('an object whose Pods were pointed out is not warned about because its chart is sandboxed too (chart first: %s)', (chartFirst) => {
  const { app, gvisor, team } = setUp();
  const job = new ApiObject(team, 'job', { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', spec: { tasks: [{ template }] } });
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const calls = [() => gvisor.sandbox(job, { podSpecPath: 'spec.tasks.*.template.spec' }), () => gvisor.sandbox(team)];
  for (const call of chartFirst ? calls.reverse() : calls) call();
  app.synthYaml();
  expect(job.toJson().spec.tasks[0].template.spec.runtimeClassName).toBe('gvisor');
  expect(warn.mock.calls.flat().filter((line) => String(line).includes('nobody told the library'))).toEqual([]);
  warn.mockRestore();
});

test('what is rendered from another object has that object\'s sandbox, in whatever order they were made', () => {
  const { app, gvisor, team } = setUp();
  let deployment: ApiObject | undefined;
  new ApiObject(team, 'copy', { apiVersion: 'batch/v1', kind: 'Job', spec: Lazy.any({ produce: () => ({ template: deployment!.toJson().spec.template }) }) });
  deployment = new ApiObject(team, 'web', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } });
  gvisor.sandbox(deployment);
  const first = app.synthYaml();
  expect(first.match(/runtimeClassName: gvisor/g)).toHaveLength(2);
  expect(app.synthYaml()).toBe(first);
});
