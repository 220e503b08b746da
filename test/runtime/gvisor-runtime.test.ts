import { parse } from '@iarna/toml';
import { ApiObject, Chart, JsonPatch, Testing } from 'cdk8s';
import { GVisorPlatform, GVisorRelease, GVisorRuntime, NodeInstaller, RunscNetwork, SandboxRuntime, TaintEffect, type GVisorRuntimeProps } from '../../src';

const release = GVisorRelease.V20261005_0;
const chartOf = () => new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });

function synth(props: Partial<GVisorRuntimeProps> = {}) {
  const chart = chartOf();
  const runtime = new GVisorRuntime(chart, 'gvisor', { release, ...props });
  const objects = Testing.synth(chart);
  const data = (suffix: string) => objects.find((o) => o.kind === 'ConfigMap' && o.metadata.name.endsWith(suffix)).data;
  const plan = JSON.parse(data('-plan')['plan.json']).runtimes[0];
  const files = data('-files');
  return { runtime, plan, files, runtimeClass: objects.find((o) => o.kind === 'RuntimeClass'), config: parse(files[plan.config.key]) as any };
}

test('the RuntimeClass selects the label that only a proven handler gets', () => {
  expect(synth().runtimeClass).toEqual({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'gvisor' },
    handler: 'runsc',
    scheduling: { nodeSelector: { 'sandbox-runtimes.node-restriction.kubernetes.io/runsc': 'ready' } },
  });
});

test('one name changes every place where the handler stands', () => {
  const { runtimeClass, plan, files } = synth({ handler: 'sandboxed' });
  expect(runtimeClass.handler).toBe('sandboxed');
  expect(runtimeClass.scheduling.nodeSelector).toEqual({ 'sandbox-runtimes.node-restriction.kubernetes.io/sandboxed': 'ready' });
  expect(plan).toMatchObject({ handler: 'sandboxed', label: 'sandbox-runtimes.node-restriction.kubernetes.io/sandboxed' });
  expect(files['sandboxed.containerd-v3.toml']).toContain('containerd.runtimes.sandboxed]');
  expect(JSON.stringify(files)).not.toContain('runtimes.runsc');
});

test('both runtime tables say the same, each for its configuration version', () => {
  const { files, plan } = synth();
  const v2: any = parse(files['runsc.containerd-v2.toml']);
  const v3: any = parse(files['runsc.containerd-v3.toml']);
  const expected = {
    runsc: {
      runtime_type: 'io.containerd.runsc.v1',
      runtime_path: '/opt/sandbox-runtimes/gvisor/20261005.0/containerd-shim-runsc-v1',
      privileged_without_host_devices: true,
      options: { TypeUrl: 'io.containerd.runsc.v1.options', ConfigPath: plan.config.path },
    },
  };
  expect(v2).toEqual({ plugins: { 'io.containerd.grpc.v1.cri': { containerd: { runtimes: expected } } } });
  expect(v3).toEqual({ plugins: { 'io.containerd.cri.v1.runtime': { containerd: { runtimes: expected } } } });
});

test('a changed option gives another configuration file, so that running Pods keep theirs', () => {
  const [a, b] = [synth(), synth({ network: RunscNetwork.HOST })];
  expect(a.plan.config.path).toMatch(/^\/opt\/sandbox-runtimes\/config\/runsc\/20261005\.0-[0-9a-f]{8}\.toml$/);
  expect(b.plan.config.path).not.toBe(a.plan.config.path);
  expect(b.config.runsc_config.network).toBe('host');
});

test('runsc is named by its absolute path, so that no PATH matters', () => {
  expect(synth().config.binary_name).toBe('/opt/sandbox-runtimes/gvisor/20261005.0/runsc');
});

test('the KVM platform needs the device, systrap needs none', () => {
  expect(synth({ platform: GVisorPlatform.KVM }).plan.requires.devices).toEqual(['/dev/kvm']);
  expect(synth({ platform: GVisorPlatform.KVM }).config.runsc_config.platform).toBe('kvm');
  expect(synth().plan.requires.devices).toEqual([]);
});

test('no Pod annotation reaches runsc unless it is named', () => {
  expect(synth().files['runsc.containerd-v3.toml']).not.toContain('pod_annotations');
  const named = synth({ podAnnotations: ['dev.gvisor.flag.oci-seccomp'] });
  expect(named.files['runsc.containerd-v3.toml']).toContain('pod_annotations = [ "dev.gvisor.flag.oci-seccomp" ]');
  expect(() => synth({ podAnnotations: ['dev.gvisor.*'] })).toThrow(/allowWildcardPodAnnotations/);
});

test.each<[object, string]>([
  [{ allowWildcardPodAnnotations: 'false', podAnnotations: ['dev.gvisor.*'] }, 'allowWildcardPodAnnotations of sandbox/gvisor must be true or false, without quotes, got "false"'],
  [{ podAnnotations: 'abc' }, 'podAnnotations of sandbox/gvisor must be a list of texts such as ["a", "b"], got "abc"'],
])('what is of another type is refused, as JavaScript lets it through: %j', (props, message) => {
  expect(() => synth(props)).toThrow(message);
});

test('there is no invented overhead; a measured one is taken over', () => {
  expect(synth().runtimeClass).not.toHaveProperty('overhead');
  expect(synth({ overhead: { memory: '48Mi', cpu: '50m' } }).runtimeClass.overhead).toEqual({ podFixed: { cpu: '50m', memory: '48Mi' } });
  expect(() => synth({ overhead: { memory: '48 MB' } })).toThrow('overhead.memory must be a Kubernetes quantity such as "64Mi", got "48 MB"');
  expect(() => synth({ overhead: {} })).toThrow('overhead names neither cpu nor memory');
});

test('tolerations of its own replace those of the pool', () => {
  const { runtimeClass } = synth({ tolerations: [{ key: 'a', effect: TaintEffect.NO_EXECUTE }] });
  expect(runtimeClass.scheduling.tolerations).toEqual([{ key: 'a', operator: 'Exists', effect: 'NoExecute' }]);
});

test('attributes tell what was derived, and hand out copies', () => {
  const { runtime } = synth();
  expect(runtime).toMatchObject({ handler: 'runsc', runtimeClassName: 'gvisor', architectures: ['amd64', 'arm64'] });
  runtime.architectures.push('s390x');
  runtime.nodeSelector.more = 'yes';
  expect(runtime.architectures).toEqual(['amd64', 'arm64']);
  expect(runtime.nodeSelector).toEqual({ 'sandbox-runtimes.node-restriction.kubernetes.io/runsc': 'ready' });
});

test('a JSON patch on the RuntimeClass is honoured', () => {
  const chart = chartOf();
  const runtime = new GVisorRuntime(chart, 'gvisor', { release });
  ApiObject.of(runtime.node.findChild('Resource')).addJsonPatch(JsonPatch.add('/metadata/labels', { team: 'platform' }));
  expect(Testing.synth(chart).find((o) => o.kind === 'RuntimeClass').metadata.labels).toEqual({ team: 'platform' });
});

describe('bad input', () => {
  test('a handler that is no DNS label gets a proposal', () => {
    expect(() => synth({ handler: 'Runsc_1' })).toThrow(/"Runsc_1".*runsc-1|runsc-1.*"Runsc_1"/);
  });

  test('two runtimes with one handler, or one class name, are both named', () => {
    const chart = chartOf();
    new GVisorRuntime(chart, 'a', { release });
    expect(() => new GVisorRuntime(chart, 'b', { release, runtimeClassName: 'other' })).toThrow('sandbox/a and sandbox/b both have the handler "runsc"');
    expect(() => new GVisorRuntime(chart, 'c', { release, handler: 'other' })).toThrow('sandbox/a and sandbox/c both have the RuntimeClass "gvisor"');
  });

  test.each(['latest', '20261005.0', undefined])('the release %j, which plain JavaScript can give, is refused by name', (given) => {
    expect(() => synth({ release: given as any })).toThrow('release of sandbox/gvisor must be a GVisorRelease such as GVisorRelease.V20261005_0');
  });

  test('a platform by its name, which plain JavaScript can give, is refused', () => {
    expect(() => synth({ platform: 'kvm' as any })).toThrow('platform of sandbox/gvisor must be a GVisorPlatform such as GVisorPlatform.SYSTRAP or GVisorPlatform.KVM, got "kvm"');
  });

  test('no installers at all are refused', () => {
    expect(() => synth({ installers: [] })).toThrow('installers of sandbox/gvisor is empty');
  });

  test('a class name for a class that exists already is checked too', () => {
    expect(() => SandboxRuntime.fromRuntimeClassName(chartOf(), 'x', 'GKE_gVisor')).toThrow(/GKE_gVisor/);
  });

  test('a handler that somebody patches in one place only does not pass', () => {
    const chart = chartOf();
    const installer = new NodeInstaller(chart, 'installer');
    const runtime = new GVisorRuntime(chart, 'gvisor', { release, installers: [installer] });
    ApiObject.of(runtime.node.findChild('Resource')).addJsonPatch(JsonPatch.replace('/handler', 'runsv'));
    expect(() => Testing.synth(chart)).toThrow(/runsv/);
  });
});
