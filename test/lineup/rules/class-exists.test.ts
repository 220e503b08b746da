import { checkLineUp } from '../../../src/lineup/line-up';
import { findingsOf, messagesOf, pod, runtimeClass } from '../fixture';

const RULE = 'class-exists';

test('accepts a Pod whose class is there', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: 'gvisor' }), runtimeClass('gvisor', 'runsc')])).toEqual([]);
});

test('accepts a class that somebody else owns', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: 'nvidia' })], { externalRuntimeClasses: ['nvidia'] })).toEqual([]);
});

test('accepts Pods without a class', () => {
  expect(messagesOf(RULE, [pod('web', {}), pod('other', { runtimeClassName: null })])).toEqual([]);
});

test('leaves unknown classes alone where the manifests are not all there is', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: 'nvidia' })], { judgeUnknownClasses: false })).toEqual([]);
});

test('reports a class that is not there, with the known ones', () => {
  const [finding, ...others] = findingsOf(RULE, [pod('web', { runtimeClassName: 'gvisr' }), runtimeClass('gvisor', 'runsc')]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ severity: 'error', object: 'Pod team-a/web' });
  expect(finding.message).toContain('runtimeClassName is "gvisr"');
  expect(finding.message).toContain('known are: gvisor');
});

test('reports an empty class name, which is not the default class', () => {
  expect(messagesOf(RULE, [pod('web', { runtimeClassName: '' })])).toEqual([expect.stringContaining('runtimeClassName is ""')]);
});

test('reports a class once, however many objects ask for it', () => {
  const pods = Array.from({ length: 6 }, (_, index) => pod(`web-${index}`, { runtimeClassName: 'gvisr' }));
  expect(messagesOf(RULE, pods)).toEqual([expect.stringContaining('and 5 more: Pod team-a/web-1, Pod team-a/web-2, Pod team-a/web-3, ...')]);
});

test('asks for the RuntimeClasses of a cluster of which only other kinds were read', () => {
  const live = { ...pod('web', { runtimeClassName: 'gvisor' }), metadata: { name: 'web', namespace: 'team-a', uid: '6c7d' } };
  expect(messagesOf(RULE, [live])).toEqual([expect.stringMatching(/no RuntimeClass at all was read from the cluster; give what "kubectl get nodes,runtimeclasses,/)]);
  expect(messagesOf(RULE, [live, runtimeClass('gvisr', 'runsc')])).toEqual([expect.stringContaining('known are: gvisr')]);
});

describe('custom resources whose Pods nobody knows', () => {
  const scaledJob = (runtimeClassName: unknown) => ({
    apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledJob', metadata: { name: 'queue', namespace: 'team-a' }, spec: { jobTargetRef: { template: { spec: { runtimeClassName } } } },
  });
  const taskRun = (runtimeClassName: string) => ({
    apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'build', namespace: 'team-a' }, spec: { taskSpecs: [{ podTemplate: { runtimeClassName } }] },
  });

  test('may name a class that is there, or that somebody else owns', () => {
    expect(messagesOf(RULE, [scaledJob('gvisor'), taskRun('nvidia'), runtimeClass('gvisor', 'runsc')], { externalRuntimeClasses: ['nvidia'] })).toEqual([]);
  });

  test('are reported at the place that names one which is not', () => {
    const [finding, ...others] = findingsOf(RULE, [scaledJob('gvisr'), taskRun('gvisr'), pod('web', { runtimeClassName: 'gvisr' }), runtimeClass('gvisor', 'runsc')]);
    expect(others).toEqual([]);
    expect(finding.message).toMatch(/^runtimeClassName is "gvisr" \(and 2 more: ScaledJob team-a\/queue, TaskRun team-a\/build\), but there is no such RuntimeClass/);
    expect(findingsOf(RULE, [taskRun('gvisr')])).toEqual([expect.objectContaining({ object: 'TaskRun team-a/build', field: ['spec', 'taskSpecs', 0, 'podTemplate', 'runtimeClassName'] })]);
  });

  test.each(['', '?*', '{{ .Values.class }}', 'gvisor | kata', 3, { type: 'string' }])('may have %j there, which is no name', (value) => {
    expect(messagesOf(RULE, [scaledJob(value)])).toEqual([]);
  });

  test('are told from objects of Kubernetes, in which the word is data', () => {
    const object = (apiVersion: string) => ({ apiVersion, kind: 'Other', metadata: { name: 'a' }, data: { runtimeClassName: 'gvisr' } });
    expect(messagesOf(RULE, ['v1', 'apps/v1', 'admissionregistration.k8s.io/v1'].map(object))).toEqual([]);
    expect(messagesOf(RULE, ['jobset.x-k8s.io/v1alpha2', 'kubeflow.org/v1'].map(object))).toHaveLength(1);
  });

  test('are left alone where the manifests are not all there is', () => {
    expect(messagesOf(RULE, [scaledJob('gvisr')], { judgeUnknownClasses: false })).toEqual([]);
  });
});

test('where classes may come from elsewhere, warns of a name that is a letter off from one that is here, and of no other', () => {
  const findings = (name: string) => checkLineUp([runtimeClass('gvisor', 'runsc'), pod('web', { runtimeClassName: name })], { judgeUnknownClasses: false, externalHandlers: ['runsc'] })
    .findings.filter(({ rule }) => rule === RULE);
  expect(findings('gvisr')).toEqual([expect.objectContaining({
    severity: 'warning', message: 'runtimeClassName is "gvisr", which nothing here defines; write "gvisor" if that is meant',
  })]);
  expect(findings('kata')).toEqual([]);
  expect(findings('gvisor')).toEqual([]);
});
