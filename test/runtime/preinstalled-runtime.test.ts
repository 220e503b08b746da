import { ApiObject, App, Chart } from 'cdk8s';
import { PreinstalledRuntime, RuntimeClassPolicy, RuntimeProbe, SandboxedNamespace, SandboxedPod, type PreinstalledRuntimeProps } from '../../src';

const PROPS: PreinstalledRuntimeProps = { handler: 'runsc', runtimeClassName: 'gvisor', nodeSelector: { 'example.com/sandbox': 'gvisor' } };

function synthesized(props: Partial<PreinstalledRuntimeProps> = {}): any[] {
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  const runtime = new PreinstalledRuntime(chart, 'gvisor', { ...PROPS, ...props });
  new SandboxedPod(chart, 'web', { runtime, containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.29' }] });
  app.synthYaml();
  return chart.toJson();
}

test('is a RuntimeClass that selects the nodes that have the handler, and nothing is installed', () => {
  const objects = synthesized({ tolerations: [{ key: 'example.com/sandboxes' }], overhead: { cpu: '100m' } });
  expect(objects.map(({ kind }) => kind)).toEqual(['RuntimeClass', 'Pod']);
  expect(objects[0]).toEqual({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'gvisor' },
    handler: 'runsc',
    overhead: { podFixed: { cpu: '100m' } },
    scheduling: { nodeSelector: PROPS.nodeSelector, tolerations: [{ key: 'example.com/sandboxes', operator: 'Exists' }] },
  });
  expect(objects[1].spec.runtimeClassName).toBe('gvisor');
});

test('has the name of its handler unless it gets another', () => {
  expect(synthesized({ runtimeClassName: undefined })[0].metadata.name).toBe('runsc');
});

test('is refused without nodes that have it', () => {
  expect(() => synthesized({ nodeSelector: {} })).toThrow(/nodeSelector of sandbox\/gvisor is empty, so Pods would go to nodes without the handler "runsc"/);
});

test.each([
  [{ 'my pool': 'a' }, 'nodeSelector of sandbox/gvisor has the key "my pool", which no label can have; write one such as "pool" or "example.com/pool"'],
  [{ pool: 'a b' }, 'nodeSelector of sandbox/gvisor has "a b" for "pool", which no label can have'],
])('is refused with a label that no node can have: %j', (nodeSelector, message) => {
  expect(() => synthesized({ nodeSelector: nodeSelector as any })).toThrow(message);
});

describe('what is known of it', () => {
  const untrusted = { handler: 'runsc', runtimeClassName: 'untrusted', nodeSelector: { pool: 'x' } };

  function chartWith(props: PreinstalledRuntimeProps = untrusted) {
    const app = new App();
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    return { app, chart, runtime: new PreinstalledRuntime(chart, 'runtime', props) };
  }

  test('its Pods are judged by its handler, whatever the class is called', () => {
    const { app, chart, runtime } = chartWith();
    runtime.sandbox(new ApiObject(chart, 'web', { apiVersion: 'v1', kind: 'Pod', spec: { hostNetwork: true, containers: [{ name: 'web', image: 'web' }] } }));
    expect(() => app.synthYaml()).toThrow(/host-network: Pod sandbox-system\//);
  });

  test('a policy refuses for it what it refuses for gVisor', () => {
    const validations = (runtimeClassName: string) => {
      const { app, chart, runtime } = chartWith({ ...untrusted, runtimeClassName });
      new RuntimeClassPolicy(chart, 'policy', { runtimes: [runtime] });
      app.synthYaml();
      return chart.toJson().flatMap((object: any) => object.spec?.validations ?? []).length;
    };
    expect(validations('untrusted')).toBe(validations('gvisor'));
    expect(validations('untrusted')).toBeGreaterThan(1);
  });

  test('a probe looks for gVisor in it', () => {
    const { app, chart, runtime } = chartWith();
    new RuntimeProbe(chart, 'probe', { runtime });
    app.synthYaml();
    expect(JSON.stringify(chart.toJson())).toContain('gVisor');
  });

  test('the quota of a namespace has room for its overhead', () => {
    const hard = (overhead?: PreinstalledRuntimeProps['overhead']) => {
      const { app, chart, runtime } = chartWith({ ...untrusted, overhead });
      new SandboxedNamespace(chart, 'namespace', { name: 'team-a', runtime });
      app.synthYaml();
      return chart.toJson().find(({ kind }: any) => kind === 'ResourceQuota').spec.hard['limits.memory'];
    };
    expect(parseInt(hard({ cpu: '250m', memory: '160Mi' }), 10)).toBeGreaterThan(parseInt(hard(), 10));
  });

  test('Pods can carry its scheduling themselves', () => {
    const { app, chart, runtime } = chartWith();
    const pod = new ApiObject(chart, 'web', { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'web', image: 'web' }] } });
    runtime.sandbox(pod, { schedulingInPod: true });
    app.synthYaml();
    expect(pod.toJson().spec.nodeSelector).toEqual({ pool: 'x' });
  });

  test('two runtimes of one class are refused', () => {
    const { chart } = chartWith();
    expect(() => new PreinstalledRuntime(chart, 'other', { ...untrusted, handler: 'runsc2' }))
      .toThrow('sandbox/runtime and sandbox/other both have the RuntimeClass "untrusted"; give one of them another runtimeClassName');
  });
});
