import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, ReadinessGate } from '../../src';

const TAINT = 'startup-taint.cluster-autoscaler.kubernetes.io/sandbox-runtimes';
const POOL = { 'example.com/pool': 'sandboxes' };

function objects(readiness: ReadinessGate, nodeSelector: { [key: string]: string } = POOL): any[] {
  const chart = new Chart(new App(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', { readiness, nodeSelector, tolerations: [{ key: 'example.com/sandboxes' }] });
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  return chart.toJson();
}

const ofKind = (all: any[], kind: string) => all.find((object) => object.kind === kind);

describe('a startup taint', () => {
  const all = objects(ReadinessGate.startupTaint());

  test('lets the class select the pool, whose nodes an autoscaler can foresee, and no label of ours', () => {
    expect(ofKind(all, 'RuntimeClass').scheduling.nodeSelector).toEqual({ 'kubernetes.io/os': 'linux', ...POOL });
  });

  test('is tolerated by the installer and not by the class', () => {
    expect(ofKind(all, 'DaemonSet').spec.template.spec.tolerations).toContainEqual({ key: TAINT, operator: 'Exists' });
    expect(ofKind(all, 'RuntimeClass').scheduling.tolerations).toEqual([{ key: 'example.com/sandboxes', operator: 'Exists' }]);
  });

  test('is all of a node\'s spec that the token may change', () => {
    const policyOf = (manifests: any[]) => JSON.stringify(ofKind(manifests, 'ValidatingAdmissionPolicy').spec.validations);
    expect(policyOf(all)).toContain(`filter(t, t.key != '${TAINT}')`);
    expect(policyOf(objects(ReadinessGate.handlerLabel()))).not.toContain('taints');
  });

  test('may have a key of its own', () => {
    expect(JSON.stringify(objects(ReadinessGate.startupTaint('example.com/no-sandbox-yet')))).toContain('"startupTaint\\": \\"example.com/no-sandbox-yet\\"');
  });

  test.each(['', 'no sandbox', 'a/b/c'])('with the key "%s" is refused, with what to write', (key) => {
    expect(() => ReadinessGate.startupTaint(key)).toThrow(`must be a qualified name such as "${TAINT}", got "${key}"`);
  });
});

test('pools whose nodes an autoscaler makes are refused with the label of the handler, and the message explains scaling from zero', () => {
  const app = new App();
  const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(chart, 'installer', { nodeSelector: { 'karpenter.sh/nodepool': 'sandboxes' } });
  new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  expect(() => app.synthYaml()).toThrow(/the pool would never grow from zero\. Write readiness: ReadinessGate\.startupTaint\(\)/);
});
