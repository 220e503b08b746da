import { Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, RunscNetwork } from '../../../src';
import { findingsOf, messagesOf, pod, quickstart, runtimeClass, synthesized } from '../fixture';

const RULE = 'host-namespaces';
const HOST = { runtimeClassName: 'gvisor', hostNetwork: true };

test('accepts Pods with namespaces of their own', () => {
  expect(messagesOf(RULE, [...quickstart(), pod('web', { runtimeClassName: 'gvisor', hostNetwork: false, shareProcessNamespace: true })])).toEqual([]);
});

test('accepts the host\'s namespaces for Pods outside of gVisor', () => {
  expect(messagesOf(RULE, [runtimeClass('kata', 'kata'), pod('web', { ...HOST, runtimeClassName: 'kata' }), pod('plain', { hostNetwork: true })])).toEqual([]);
});

test('accepts hostNetwork where sandboxes use the host\'s network, but nothing more', () => {
  const manifests = synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, network: RunscNetwork.HOST });
  });
  expect(messagesOf(RULE, [...manifests, pod('web', HOST)])).toEqual([]);
  expect(messagesOf(RULE, [...manifests, pod('web', { ...HOST, hostIPC: true })])).toEqual([expect.stringContaining('hostIPC is true')]);
});

test.each(['hostNetwork', 'hostPID', 'hostIPC'])('reports %s in gVisor', (field) => {
  const [finding, ...others] = findingsOf(RULE, [...quickstart(), pod('web', { runtimeClassName: 'gvisor', [field]: true })]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ severity: 'error', object: 'Pod team-a/web' });
  expect(finding.message).toContain(`${field} is true, but the RuntimeClass "gvisor" is gVisor`);
});

test.each([
  ['a class written by hand', [runtimeClass('fast-sandbox', 'runsc-kvm')], 'fast-sandbox'],
  ['the class of GKE', [], 'gvisor'],
])('knows gVisor in %s', (_what, classes, runtimeClassName) => {
  expect(messagesOf(RULE, [...classes, pod('web', { ...HOST, runtimeClassName })], { externalRuntimeClasses: ['gvisor'] })).toHaveLength(1);
});
