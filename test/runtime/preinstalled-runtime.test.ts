import { App, Chart } from 'cdk8s';
import { PreinstalledRuntime, SandboxedPod, type PreinstalledRuntimeProps } from '../../src';

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
