import { Chart, Testing } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, NodeInstaller } from '../../../src';
import { editPlan, findingsOf, messagesOf, quickstart, runtimeClass } from '../fixture';

const RULE = 'duplicate-name';

test('accepts two classes of one handler that nobody here installs', () => {
  expect(messagesOf(RULE, [runtimeClass('a', 'runsc'), runtimeClass('b', 'runsc')])).toEqual([]);
});

test('accepts one runtime on several node pools', () => {
  const manifests = quickstart();
  const second = quickstart().filter(({ kind }) => ['ConfigMap', 'DaemonSet'].includes(kind));
  second.forEach((object) => (object.metadata.namespace = 'other'));
  expect(messagesOf(RULE, [...manifests, ...second])).toEqual([]);
});

test('reports two classes of one name, where each one is', () => {
  const [first, second] = [runtimeClass('gvisor', 'runsc'), runtimeClass('gvisor', 'runsc-kvm')];
  const [finding, ...others] = findingsOf(RULE, [first, second]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ object: 'RuntimeClass gvisor', manifest: second });
  expect(finding.message).toContain('there is another RuntimeClass "gvisor" with the handler "runsc", and this one has "runsc-kvm"');
});

test('reports a class that stands twice', () => {
  expect(messagesOf(RULE, [runtimeClass('gvisor', 'runsc'), runtimeClass('gvisor', 'runsc')])).toEqual([
    'there is another RuntimeClass "gvisor" with the handler "runsc", as this one has; '
      + 'a cluster keeps only one RuntimeClass gvisor, so check only what ends up in one cluster, or give one of them another name',
  ]);
});

test('reports two runtimes of one handler', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => plan.runtimes.push({ ...plan.runtimes[0], runtimeClassName: 'gvisor-2' }));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the handler "runsc" is of two runtimes, of the class "gvisor"')]);
});

test('reports two runtimes of one class', () => {
  const manifests = quickstart();
  editPlan(manifests, (plan) => plan.runtimes.push({ ...plan.runtimes[0], handler: 'runsc-kvm' }));
  expect(messagesOf(RULE, manifests)).toEqual([expect.stringContaining('the class "gvisor" is of two runtimes, with the handler "runsc"')]);
});

test('reports two installers of one name, which ids in two apps can give', () => {
  const manifests = [['a', 'b-c'], ['a-b', 'c']].flatMap(([chart, id]) => {
    const scope = new Chart(Testing.app(), chart, { namespace: 'sandbox-system' });
    new NodeInstaller(scope, id, { nodeSelector: { pool: chart } });
    new GVisorRuntime(scope, 'gvisor', { release: GVisorRelease.V20261005_0, handler: `runsc-${chart}`, runtimeClassName: chart });
    return Testing.synth(scope);
  });
  expect(messagesOf(RULE, manifests)).toContainEqual(expect.stringContaining(
    'there is another installer sandbox-system/a-b-c, and a cluster keeps only one of them; give one of the two NodeInstallers another id'));
});
