import { Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller, ReadinessGate } from '../../../src';
import { editPlan, findingsOf, installerPod, messagesOf, one, quickstart, runtimeClass, synthesized } from '../fixture';

const RULE = 'handler-installed';

/** gVisor on one pool without a readiness gate. */
function withoutGate() {
  return synthesized((app) => {
    const chart = new Chart(app, 'sandbox', { namespace: 'sandbox-system' });
    new NodeInstaller(chart, 'installer', { readiness: ReadinessGate.none(), nodeSelector: { pool: 'sandbox' } });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
  });
}

test('accepts a class that selects the label of its proven handler', () => {
  expect(messagesOf(RULE, quickstart())).toEqual([]);
});

test('accepts a class that selects the pool of an installer without a gate', () => {
  expect(messagesOf(RULE, withoutGate())).toEqual([]);
});

test('accepts the ordinary runtimes, which every node has', () => {
  expect(messagesOf(RULE, [runtimeClass('plain', 'runc'), runtimeClass('c', 'crun')])).toEqual([]);
});

test('reports a class that also selects nodes beyond the pool of its installer', () => {
  const manifests = withoutGate();
  one(manifests, 'RuntimeClass').scheduling.nodeSelector = { 'kubernetes.io/os': 'linux' };
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining(
    'the class selects the nodes {kubernetes.io/os: linux}, but the handler "runsc" is installed only on {kubernetes.io/os: linux, pool: sandbox} (sandbox-system/',
  )]);
});

test('reports a label that is one letter off', () => {
  const manifests = withoutGate();
  one(manifests, 'RuntimeClass').scheduling.nodeSelector = { 'pool': 'sandbox', 'kubernetes.io/oz': 'linux' };
  expect(messagesOf(RULE, manifests)).toEqual([
    'the class selects "kubernetes.io/oz", which is no label of the nodes that the handler "runsc" is installed on; write "kubernetes.io/os"',
  ]);
});

test('reports a class that selects a pool which no installer comes to', () => {
  const manifests = quickstart();
  one(manifests, 'RuntimeClass').scheduling.nodeSelector.pool = 'a';
  installerPod(manifests).nodeSelector.pool = 'b';
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('make scheduling.nodeSelector agree with the pool')]);
});

test('reports a class that selects the label of a handler which nothing installs', () => {
  const selector = { nodeSelector: { 'sandbox-runtimes.node-restriction.kubernetes.io/kata': 'ready' } };
  expect(messagesOf(RULE, [...quickstart(), runtimeClass('kata', 'kata', selector)])).toEqual([
    expect.stringContaining('nothing here installs the handler "kata", so no node gets the label sandbox-runtimes.node-restriction.kubernetes.io/kata that the class selects; installed handlers are: runsc'),
  ]);
});

test('only warns of a handler that somebody else may install', () => {
  const manifests = [runtimeClass('nvidia', 'nvidia')];
  expect(findingsOf(RULE, manifests)).toEqual([expect.objectContaining({ severity: 'warning', object: 'RuntimeClass nvidia' })]);
  expect(findingsOf(RULE, manifests, { externalRuntimeClasses: ['nvidia'] })).toEqual([]);
  expect(findingsOf(RULE, manifests, { judgeUnknownClasses: false })).toEqual([]);
});

test('reports what uses a class whose handler is being taken off its nodes', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => (plan.desiredState = 'ABSENT'));
  const users = manifests.filter((object) => JSON.stringify(object).includes('"runtimeClassName":"gvisor"') && object.kind !== 'ConfigMap');
  expect(users.length).toBeGreaterThan(0);
  expect(messagesOf(RULE, manifests)).toEqual(users.map(() => 'runtimeClassName is "gvisor", but its handler "runsc" is being taken off its nodes '
    + '(desiredState of sandbox-system/sandbox-node-installer is ABSENT), by default once no Pod of it runs there; leave this out, or set desiredState to PRESENT'));
});

test('accepts a class that stays unused while its handler is taken off its nodes', () => {
  const manifests = quickstart().filter(({ kind }) => ['RuntimeClass', 'DaemonSet', 'ConfigMap'].includes(kind));
  editPlan(manifests, (plan) => (plan.desiredState = 'ABSENT'));
  expect(messagesOf(RULE, manifests)).toEqual([]);
});
